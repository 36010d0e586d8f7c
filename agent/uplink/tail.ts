import { createHash } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { readAt } from "../../proto/read-at.ts";
import { blockLength, endOfRecording, fileMagic, openBlock } from "../../proto/recording.ts";

const headerBytes = 24;

/**
 * The whole blocks of a recording that may still grow. A recorder that takes over cuts off what its predecessor left of a block,
 * never a block that is whole: what was read once stays.
 */
export class RecordingTail {
  readonly path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Bytes that there are now; 0 before the recording is begun. */
  get size(): number {
    const fd = this.#open();
    return fd === undefined ? 0 : fstatSync(fd).size;
  }

  /** The block that begins at `offset`, with the magic before the first one; undefined if it is not all there yet. */
  next(offset: number): Buffer | undefined {
    const fd = this.#open();
    if (fd === undefined) return undefined;
    const before = offset === 0 ? fileMagic.length : 0;
    const header = readAt(fd, offset + before, headerBytes);
    const length = blockLength(header);
    if (length === undefined) return undefined;
    const part = readAt(fd, offset, before + length);
    return part.length === before + length && openBlock(part.subarray(before)).kind === "block"
      ? part
      : undefined;
  }

  /** What stands at `offset` and behind it is at most the beginning of a block: the machine failed while it was written. */
  endsAt(offset: number): boolean {
    return this.size === offset || endOfRecording(this.path).offset === offset;
  }

  /** Of the first `size` bytes, which must be more than none. */
  async sha256(size: number): Promise<Buffer> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(this.path, { end: size - 1 }), hash);
    return hash.digest();
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number | undefined {
    if (this.#fd !== undefined) return this.#fd;
    try {
      this.#fd = openSync(this.path, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // not begun yet
    }
    return this.#fd;
  }
}
