import { ManifestError } from "./error.ts";

/** No manifest or triplet file comes near it: all of Debian's packages are 5 MB in this form. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_LINE_BYTES = 8192;
const NEWLINE = 0x0a;

/** Reads a file's bytes line by line, with one line of look-ahead, and names places in errors. */
export class Lines {
  readonly #bytes: Buffer;
  readonly #file: string;
  #start = 0;
  #number = 1;

  /** @throws ManifestError if `bytes` is too large. `file` is what errors call it. */
  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    if (bytes.byteLength > MAX_FILE_BYTES) throw tooLarge(file, `${bytes.byteLength} bytes`);
  }

  /** `FILE line N`, for the line that {@link peek} shows. */
  get place(): string {
    return `${this.#file} line ${this.#number}`;
  }

  /**
   * The next line without its end, as a byte string; null at the end of the file.
   * @throws ManifestError if it is too long.
   */
  peek(): string | null {
    if (this.#start >= this.#bytes.length) return null;
    const end = this.#end();
    if (end - this.#start <= MAX_LINE_BYTES) return this.#bytes.toString("latin1", this.#start, end);
    throw new ManifestError({
      subject: this.place,
      rule: `must be at most ${MAX_LINE_BYTES} bytes long`,
      value: this.#bytes.toString("latin1", this.#start, this.#start + 100),
      remedy: "check that this is the right file",
    });
  }

  /** Moves to the line after the one that {@link peek} shows. */
  advance(): void {
    this.#start = this.#end() + 1;
    this.#number++;
  }

  #end(): number {
    const found = this.#bytes.indexOf(NEWLINE, this.#start);
    return found === -1 ? this.#bytes.length : found;
  }
}

export function tooLarge(file: string, value: string): ManifestError {
  return new ManifestError({
    subject: file,
    rule: `must be at most ${MAX_FILE_BYTES} bytes`,
    value,
    remedy: "check that this is the right file",
  });
}
