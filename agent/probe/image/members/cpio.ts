import { CpioError, type CpioHeader, headerSize, parseHeader } from "./cpio-header.ts";

export interface CpioSink {
  /** A member begins; `size` bytes of content follow. The name is a byte string. */
  entry(name: string, header: CpioHeader): void;
  /** A part of the content. The buffer is the archive's: what is kept must be copied. */
  content(part: Buffer): void;
  /** The member is whole. */
  end(): void;
}

const trailer = "TRAILER!!!";

/** Reads one cpio archive as it comes, in bounded memory. Methods throw a CpioError for what is none. */
export class CpioReader {
  readonly #sink: CpioSink;
  #state: "header" | "name" | "content" | "padding" | "ended" = "header";
  #block = Buffer.alloc(headerSize);
  #filled = 0;
  #header: CpioHeader | undefined;
  #isTrailer = false;
  #remaining = 0;
  /** What follows the padding. */
  #next: "content" | "header" = "header";

  constructor(sink: CpioSink) {
    this.#sink = sink;
  }

  get isEnded(): boolean {
    return this.#state === "ended";
  }

  /** @returns how many bytes belong to the archive: fewer than there are if it ends among them. */
  push(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#state !== "ended") at += this.#step(chunk, at);
    return at;
  }

  /** The input has ended. */
  end(): void {
    if (this.#state !== "ended") throw new CpioError(`the archive ends within its ${this.#state}`);
  }

  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case "header":
      case "name":
        return this.#fill(chunk, at);
      case "content":
      case "padding":
        return this.#consume(chunk, at);
      case "ended":
        return 0;
      default:
        return this.#state satisfies never;
    }
  }

  #fill(chunk: Buffer, at: number): number {
    const length = Math.min(this.#block.length - this.#filled, chunk.length - at);
    chunk.copy(this.#block, this.#filled, at, at + length);
    this.#filled += length;
    if (this.#filled < this.#block.length) return length;
    this.#filled = 0;
    if (this.#state === "header") {
      this.#header = parseHeader(this.#block);
      this.#block = Buffer.alloc(this.#header.nameSize);
      this.#state = "name";
    } else {
      const name = this.#block.toString("latin1").replace(/\0.*$/s, "");
      this.#block = Buffer.alloc(headerSize);
      this.#begin(name, this.#header!);
    }
    return length;
  }

  #begin(name: string, header: CpioHeader): void {
    this.#isTrailer = name === trailer;
    if (!this.#isTrailer) this.#sink.entry(name, header);
    this.#pad(headerSize + header.nameSize, "content");
  }

  #consume(chunk: Buffer, at: number): number {
    const length = Math.min(this.#remaining, chunk.length - at);
    this.#remaining -= length;
    const isContent = this.#state === "content" && !this.#isTrailer;
    if (isContent) this.#sink.content(chunk.subarray(at, at + length));
    if (this.#remaining === 0) this.#advance();
    return length;
  }

  #advance(): void {
    if (this.#state === "content") this.#finish();
    else if (this.#next === "content") this.#await(this.#header!.size);
    else this.#state = "header";
  }

  #await(size: number): void {
    this.#state = "content";
    this.#remaining = size;
    if (size === 0) this.#finish();
  }

  #finish(): void {
    if (this.#isTrailer) {
      this.#state = "ended";
      return;
    }
    this.#sink.end();
    this.#pad(this.#header!.size, "header");
  }

  /** Names and contents are filled up to four bytes. */
  #pad(length: number, next: "content" | "header"): void {
    this.#state = "padding";
    this.#next = next;
    this.#remaining = (4 - (length % 4)) % 4;
    if (this.#remaining === 0) this.#advance();
  }
}
