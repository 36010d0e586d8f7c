import { createHash, type Hash, hash } from "node:crypto";
import { beginningLimit, wholeLimit } from "./contents/kept.ts";

/** Files that are kept: the database of dpkg (dpkg(1), FILES), and the copies of it that images without dpkg have. */
const kept = /^\/var\/lib\/dpkg\/(?:status|diversions|status\.d\/[^/]+|info\/[^/]+\.(?:list|md5sums))$/;
/** Bytes of one file that is kept, and of all together. */
const fileLimit = 64 << 20;
const totalLimit = 256 << 20;

export interface Digests {
  /** As a byte string. */
  sha256: string;
  /** In hexadecimal, as dpkg has it; "" if it is not needed. */
  md5: string;
}

/** Is told of each content that was read whole. `data` is all of it or its beginning, and is to be copied if it is kept. */
export type Keep = (path: string, digests: Digests, size: number, data: Buffer) => void;

/** Digests the contents of regular files one after another, and keeps those of dpkg's database. */
export class ContentReader {
  readonly #withMd5: boolean;
  readonly #keep: Keep | undefined;
  /** Content of the database's files, by path. */
  readonly database = new Map<string, Buffer>();
  /** Why the database is not whole; "" if it is. */
  databaseProblem = "";
  #keptBytes = 0;
  #path = "";
  #size = 0;
  #remaining = 0;
  #sha256: Hash | undefined;
  #md5: Hash | undefined;
  #whole: Buffer = Buffer.alloc(0);
  #parts: Buffer[] | undefined;
  /** The beginning of a content that comes in several parts. */
  readonly #beginning: Buffer;
  #begun = 0;

  /** @param withMd5 also compute what dpkg's database compares with. */
  constructor(withMd5: boolean, keep?: Keep) {
    this.#withMd5 = withMd5;
    this.#keep = keep;
    this.#beginning = Buffer.alloc(keep === undefined ? 0 : wholeLimit);
  }

  begin(path: string, size: number): void {
    this.#path = path;
    this.#size = this.#remaining = size;
    this.#begun = 0;
    this.#sha256 = this.#md5 = undefined;
    this.#whole = Buffer.alloc(0);
    this.#parts = this.#isKept(path, size) ? [] : undefined;
  }

  update(part: Buffer): void {
    this.#parts?.push(Buffer.from(part));
    if (this.#sha256 === undefined && part.length === this.#remaining) {
      // The common case, a file in one piece: three times cheaper without a Hash object.
      this.#whole = part;
      this.#remaining = 0;
      return;
    }
    if (this.#begun < this.#beginning.length) this.#begun += part.copy(this.#beginning, this.#begun);
    this.#sha256 ??= createHash("sha256");
    this.#sha256.update(part);
    if (this.#withMd5) {
      this.#md5 ??= createHash("md5");
      this.#md5.update(part);
    }
    this.#remaining -= part.length;
  }

  /** Digests of the content since `begin`. The last part must still be as it was given. */
  end(): Digests {
    if (this.#parts !== undefined) this.database.set(this.#path, Buffer.concat(this.#parts));
    this.#parts = undefined;
    const digests = this.#digest();
    if (this.#remaining === 0) this.#keep?.(this.#path, digests, this.#size, this.#start());
    return digests;
  }

  /** A hard link to a file that came before. */
  link(path: string, first: string): void {
    if (!this.#withMd5 || !kept.test(path)) return;
    const content = this.database.get(first);
    if (content !== undefined) this.database.set(path, content);
    else this.databaseProblem ||= `a file of the image's package database is a link: ${printablePath(path)}`;
  }

  #digest(): Digests {
    if (this.#sha256 !== undefined)
      return { sha256: this.#sha256.digest("binary"), md5: this.#md5?.digest("hex") ?? "" };
    const sha256 = hash("sha256", this.#whole, "binary");
    return { sha256, md5: this.#withMd5 ? hash("md5", this.#whole, "hex") : "" };
  }

  #start(): Buffer {
    const start = this.#sha256 === undefined ? this.#whole : this.#beginning.subarray(0, this.#begun);
    return this.#size > wholeLimit ? start.subarray(0, beginningLimit) : start;
  }

  #isKept(path: string, size: number): boolean {
    if (!this.#withMd5 || !kept.test(path)) return false;
    if (size > fileLimit || this.#keptBytes + size > totalLimit) {
      this.databaseProblem ||= `the image's package database is larger than is read: ${printablePath(path)}`;
      return false;
    }
    this.#keptBytes += size;
    return true;
  }
}

/** For messages: a byte string as the UTF-8 that it mostly is. */
export function printablePath(path: string): string {
  return Buffer.from(path, "latin1").toString();
}
