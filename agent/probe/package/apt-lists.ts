import { createHash } from "node:crypto";
import { closeSync, fstatSync } from "node:fs";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Origin } from "../../../proto/events.ts";
import { type Bytes, HeldBytes } from "../../inside/bytes.ts";
import type { ReleaseFacts } from "../../inside/protocol.ts";
import {
  NotRegular,
  namesIn,
  openBytes,
  openRegular,
  readOpen,
  readRegular,
  Unreadable,
} from "../../inside/read.ts";
import { parseStanza, type Stanza } from "./deb822.ts";
import { type ListName, parseListName } from "./list-name.ts";
import { Places } from "./places.ts";
import { mostSignature, parseRelease } from "./release.ts";
import { parseSources } from "./sources-list.ts";
import { StanzaIndex } from "./stanza-index.ts";

const directory = "/var/lib/apt/lists";
/** Debian's whole `main` is 50 MB. */
const mostBytes = 512 << 20;
/** Compressed lists are held in memory, all together. */
const mostBytesTogether = 1 << 30;
const mostLists = 500;
const mostNames = 10_000;
const mostConfiguration = 1 << 20;

interface OpenList {
  name: ListName;
  file: string;
  fd: number;
  /** Inode, size and time: equal for a list that has not changed. */
  identity: string;
  index: StanzaIndex | undefined;
}

/** A stanza that was found, and the list it stands in. */
export interface Listed {
  stanza: Stanza;
  origin: Origin;
}

/**
 * apt's lists of one chroot. They are kept open, so that one that is removed (a hook that cleans up right after
 * installing) still answers.
 */
export class AptLists {
  readonly #open = new Map<string, OpenList>();
  /** Names of those that stood there at the last look. */
  #present: string[] = [];
  readonly #releases = new Map<string, { sha256: string; isSigned: boolean }>();
  readonly #places = new Places();
  readonly losses: string[] = [];

  /** Looks at what there is now. @returns the Release files that were not there, or were others, at the last look. */
  refresh(): ReleaseFacts[] {
    this.#readConfiguration();
    const releases: ReleaseFacts[] = [];
    const named = this.#named(directory);
    this.#present = named.map(({ file }) => file);
    for (const { file, name } of named) {
      if (name.kind === "release") releases.push(...this.#readRelease(file));
      else this.#openList(file, name);
    }
    return releases;
  }

  /** An archive's URI that is known from elsewhere than apt's configuration. */
  learn(uri: string): void {
    this.#places.learn(uri);
  }

  /** Every stanza of a package's name in the lists of binary packages, or of source packages. */
  find(kind: "packages" | "sources", name: string): Listed[] {
    const found: Listed[] = [];
    for (const list of this.#open.values()) {
      if (list.name.kind !== kind || !isReadable(list.name)) continue;
      list.index ??= this.#index(list);
      for (const text of list.index.find(name)) {
        const origin = { list: list.file, ...this.#places.of(list.file) };
        found.push({ stanza: parseStanza(text), origin });
      }
    }
    return found;
  }

  get present(): string[] {
    return this.#present;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Lists that cannot be read, for their compression. */
  get unread(): string[] {
    return [...this.#open.values()].filter(({ name }) => !isReadable(name)).map(({ file }) => file);
  }

  close(): void {
    for (const { fd } of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #named(path: string): { file: string; name: ListName }[] {
    const named = this.#list(path).flatMap((file) => {
      const name = parseListName(file);
      return name === undefined ? [] : [{ file, name }];
    });
    if (named.length > mostLists) this.losses.push(`${path}: ${named.length} lists; ${mostLists} are read`);
    return named.slice(0, mostLists);
  }

  #openList(file: string, name: ListName): void {
    this.#attempt(() => {
      const fd = openRegular(`${directory}/${file}`);
      if (fd === undefined) return;
      const { ino, size, mtimeMs } = fstatSync(fd);
      const identity = `${ino} ${size} ${mtimeMs}`;
      const known = this.#open.get(file);
      if (known?.identity === identity) {
        closeSync(fd);
        return;
      }
      if (known !== undefined) closeSync(known.fd);
      this.#open.set(file, { name, file, fd, identity, index: undefined });
    });
  }

  #index(list: OpenList): StanzaIndex {
    let index: StanzaIndex | undefined;
    this.#attempt(() => {
      index = new StanzaIndex(this.#bytesOf(list), list.file);
    });
    return index ?? new StanzaIndex(new HeldBytes(Buffer.alloc(0)), list.file);
  }

  #bytesOf({ fd, file, name }: OpenList): Bytes {
    if (name.compression === "") return openBytes(fd, file, mostBytes);
    const most = Math.min(mostBytes, mostBytesTogether - this.#bytesHeld);
    return new HeldBytes(decompress(readOpen(fd, file, most).data, name.compression, file, most));
  }

  get #bytesHeld(): number {
    let bytes = 0;
    for (const { index } of this.#open.values()) bytes += index?.held ?? 0;
    return bytes;
  }

  #readRelease(file: string): ReleaseFacts[] {
    let facts: ReleaseFacts | undefined;
    this.#attempt(() => {
      const part = readRegular(`${directory}/${file}`, 64 << 20);
      if (part === undefined) return;
      const sha256 = createHash("sha256").update(part.data).digest("hex");
      const known = this.#releases.get(file);
      if (known?.sha256 === sha256 && known.isSigned) return;
      const fields = parseRelease(part.data.toString("latin1"));
      const signature = fields.signature.length > 0 ? fields.signature : this.#detachedSignature(file);
      const isSigned = signature.length > 0;
      if (known?.sha256 === sha256 && !isSigned) return;
      this.#releases.set(file, { sha256, isSigned });
      const { uri, suite } = this.#places.of(file);
      facts = { list: file, uri, suite, sha256, ...fields, signature };
    });
    return facts === undefined ? [] : [facts];
  }

  /** Archives without InRelease sign in a file beside the Release. */
  #detachedSignature(file: string): Uint8Array {
    let signature: Uint8Array = new Uint8Array();
    this.#attempt(() => {
      signature = readRegular(`${directory}/${file}.gpg`, mostSignature)?.data ?? signature;
    });
    return signature;
  }

  #readConfiguration(): void {
    const files = ["/etc/apt/sources.list"];
    for (const file of this.#list("/etc/apt/sources.list.d"))
      if (/\.(list|sources)$/.test(file)) files.push(`/etc/apt/sources.list.d/${file}`);
    for (const file of files.slice(0, mostLists)) {
      this.#attempt(() => {
        const part = this.#unlessMasked(() => readRegular(file, mostConfiguration));
        if (part === undefined) return;
        for (const source of parseSources(part.data.toString("latin1"), file)) this.#places.configure(source);
      });
    }
  }

  #list(path: string): string[] {
    let names: string[] = [];
    this.#attempt(() => {
      const found = namesIn(path, mostNames);
      if (found.isCut)
        this.losses.push(`${path}: more than ${mostNames} names; the others are not looked at`);
      names = found.names;
    });
    return names;
  }

  /** apt passes over what is no regular file (`-> /dev/null`). */
  #unlessMasked<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof NotRegular) return undefined;
      throw error;
    }
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.losses.push(error.message);
    }
  }
}

/** Node has no decompressor of the others, and a chroot's own programs are not to be trusted. */
function isReadable({ compression }: ListName): boolean {
  return compression === "" || compression === "gz" || compression === "zst";
}

function decompress(data: Buffer, compression: ListName["compression"], file: string, most: number): Buffer {
  try {
    switch (compression) {
      case "":
        return data;
      case "gz":
        return gunzipSync(data, { maxOutputLength: most });
      case "zst":
        return zstdDecompressSync(data, { maxOutputLength: most });
      case "xz":
      case "lz4":
      case "bz2":
        return Buffer.alloc(0); // never asked for: see isReadable
      default:
        return compression satisfies never;
    }
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
