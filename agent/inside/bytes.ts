import { readAt } from "../../proto/read-at.ts";

/** Bytes that are read where they are wanted, so that a large file need not be held. */
export interface Bytes {
  readonly size: number;
  /** How many of them are in memory. */
  readonly held: number;
  /** From one place up to another, or to the end. What the next call of the same object may overwrite. */
  slice(from: number, to: number): Buffer;
}

/** What is in memory already. */
export class HeldBytes implements Bytes {
  readonly #data: Buffer;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get size(): number {
    return this.#data.length;
  }

  get held(): number {
    return this.#data.length;
  }

  slice(from: number, to: number): Buffer {
    return this.#data.subarray(from, to);
  }
}

/** An open file's. It is the caller's to close. A file that was made shorter meanwhile has less to give. */
export class FileBytes implements Bytes {
  readonly size: number;
  readonly held = 0;
  readonly #fd: number;
  #buffer = Buffer.alloc(0);

  /** @param size in bytes, as fstat(2) told it. */
  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  slice(from: number, to: number): Buffer {
    const length = Math.max(Math.min(to, this.size) - from, 0);
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafeSlow(length);
    return readAt(this.#fd, from, length, this.#buffer);
  }
}
