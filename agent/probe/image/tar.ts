import { applyExtension } from "./tar-extension.ts";
import { blockSize, parseHeader, TarError, type TarHeader } from "./tar-header.ts";

export interface TarSink {
  /** An entry begins; `size` bytes of content follow, if it is a file. */
  entry(header: TarHeader): void;
  /** A part of the content. The buffer is the archive's: what is kept must be copied. */
  content(part: Buffer): void;
  /** The entry is whole. */
  end(): void;
}

/** Bytes of one extension: attributes are at most 64 KiB each (xattr(7)), names 4 KiB. */
const extensionLimit = 1 << 20;

/**
 * Reads a tar archive as it comes, byte by byte as it is: names are not decoded. Memory is bounded whatever
 * the archive says. Methods throw a TarError for what is not an archive.
 */
export class TarReader {
  readonly #sink: TarSink;
  readonly #block = Buffer.alloc(blockSize);
  #filled = 0;
  #state: "header" | "content" | "extension" | "padding" | "ended" = "header";
  #remaining = 0;
  #padding = 0;
  #extension: { header: TarHeader; parts: Buffer[] } | undefined;
  #global = "";
  #local = "";
  #longName: string | undefined;
  #longTarget: string | undefined;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.#state !== "ended"; ) {
      at += this.#state === "header" ? this.#fill(chunk, at) : this.#consume(chunk, at);
    }
  }

  /** The input has ended. */
  end(): void {
    if (this.#state !== "ended") throw new TarError(`the archive ends within its ${this.#state}`);
  }

  #fill(chunk: Buffer, at: number): number {
    const length = Math.min(blockSize - this.#filled, chunk.length - at);
    chunk.copy(this.#block, this.#filled, at, at + length);
    this.#filled += length;
    if (this.#filled === blockSize) {
      this.#filled = 0;
      const header = parseHeader(this.#block);
      if (header === undefined) this.#state = "ended";
      else this.#begin(header);
    }
    return length;
  }

  #begin(header: TarHeader): void {
    switch (header.type) {
      case "extension":
      case "globalExtension":
      case "longName":
      case "longTarget":
        if (header.size > extensionLimit)
          throw new TarError(`an extension says ${header.size} bytes; at most ${extensionLimit} are read`);
        this.#extension = { header, parts: [] };
        this.#await(header.size, "extension");
        return;
      case "file":
      case "link":
      case "symlink":
      case "character":
      case "block":
      case "directory":
      case "fifo":
        this.#complete(header);
        this.#sink.entry(header);
        this.#await(header.size, "content");
        return;
      default:
        header.type satisfies never;
    }
  }

  #complete(header: TarHeader): void {
    if (this.#longName !== undefined) header.path = this.#longName;
    if (this.#longTarget !== undefined) header.target = this.#longTarget;
    if (this.#global !== "") applyExtension(this.#global, header);
    if (this.#local !== "") applyExtension(this.#local, header);
    this.#longName = this.#longTarget = undefined;
    this.#local = "";
    // Only files have content; what other entries say of a size is no part of the archive (tar(5)).
    if (header.type !== "file") header.size = 0;
  }

  #await(size: number, state: "content" | "extension"): void {
    this.#remaining = size;
    this.#padding = (blockSize - (size % blockSize)) % blockSize;
    this.#state = state;
    if (size === 0) this.#finish();
  }

  #consume(chunk: Buffer, at: number): number {
    const length = Math.min(this.#remaining, chunk.length - at);
    this.#remaining -= length;
    if (this.#state === "padding") {
      if (this.#remaining === 0) this.#state = "header";
      return length;
    }
    const part = chunk.subarray(at, at + length);
    if (this.#extension === undefined) this.#sink.content(part);
    else this.#extension.parts.push(Buffer.from(part));
    if (this.#remaining === 0) this.#finish();
    return length;
  }

  #finish(): void {
    if (this.#extension === undefined) this.#sink.end();
    else this.#keep(this.#extension.header, Buffer.concat(this.#extension.parts).toString("latin1"));
    this.#extension = undefined;
    this.#remaining = this.#padding;
    this.#state = this.#padding === 0 ? "header" : "padding";
  }

  #keep({ type }: TarHeader, value: string): void {
    switch (type) {
      case "extension":
        this.#local = value;
        return;
      case "globalExtension":
        this.#global = value;
        return;
      case "longName":
        this.#longName = value.replace(/\0.*$/s, "");
        return;
      case "longTarget":
        this.#longTarget = value.replace(/\0.*$/s, "");
        return;
      default:
        throw new TarError(`entry type ${type} is no extension`);
    }
  }
}
