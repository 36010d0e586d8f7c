import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from "node:fs";
import { readAt } from "../../proto/read-at.ts";
import { isFull } from "../spool/reserve.ts";

/** Raw file events that were read together: they happened after `from` and before `to` (CLOCK_BOOTTIME, µs). */
export interface Batch {
  from: number;
  to: number;
  data: Buffer;
}

/** What may wait in memory; beyond it batches wait in a file. */
const memoryBytes = 4 << 20;

/**
 * The batches between reading and understanding. Reading must never wait, since the window in which an event
 * happened is known only as exactly as reading is prompt; so in a storm batches wait here, in order, the
 * later ones in a file without a name, or in memory after all while the disk is full.
 */
export class Intake {
  readonly #directory: string;
  #memory: Batch[] = [];
  #memoryBytes = 0;
  #spilled: Spilled[] = [];
  #fd = -1;
  #writeAt = 0;
  #readAt = 0;
  /** What was read from the file last. */
  #buffer = Buffer.alloc(0);

  /** @param directory where the file is made if it is needed. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  push(from: number, to: number, data: Uint8Array): void {
    if (this.#spilled.length === 0 && this.#memoryBytes + data.length <= memoryBytes) {
      this.#memory.push({ from, to, data: Buffer.from(data) });
      this.#memoryBytes += data.length;
      return;
    }
    const held = this.#write(data) ? undefined : Buffer.from(data);
    this.#spilled.push({ from, to, length: data.length, held });
  }

  /** The oldest batch. Its data is there until the next is asked for. */
  shift(): Batch | undefined {
    const batch = this.#memory.shift();
    if (batch !== undefined) {
      this.#memoryBytes -= batch.data.length;
      return batch;
    }
    const next = this.#spilled.shift();
    if (next === undefined) return undefined;
    const data = next.held ?? this.#read(next.length);
    if (this.#spilled.length === 0 && this.#fd >= 0) {
      ftruncateSync(this.#fd, 0);
      this.#writeAt = 0;
      this.#readAt = 0;
    }
    return { from: next.from, to: next.to, data };
  }

  get isEmpty(): boolean {
    return this.#memory.length === 0 && this.#spilled.length === 0;
  }

  /** Bytes that wait in memory: some or all of what waits. */
  get bytes(): number {
    return this.#memoryBytes;
  }

  /** The time before which every batch has been taken out; `otherwise` if none waits. */
  oldest(otherwise: number): number {
    return this.#memory[0]?.from ?? this.#spilled[0]?.from ?? otherwise;
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  /** Appends to the file. @returns false if the disk is full. */
  #write(data: Uint8Array): boolean {
    try {
      if (this.#fd < 0) this.#fd = openUnnamed(this.#directory);
      for (let done = 0; done < data.length; ) {
        done += writeSync(this.#fd, data, done, data.length - done, this.#writeAt + done);
      }
    } catch (error) {
      if (!isFull(error)) throw error;
      return false; // What was written of it is written over by the next.
    }
    this.#writeAt += data.length;
    return true;
  }

  #read(length: number): Buffer {
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafe(length);
    const data = readAt(this.#fd, this.#readAt, length, this.#buffer);
    if (data.length < length)
      throw new Error("the file of waiting events is shorter than what was written to it");
    this.#readAt += length;
    return data;
  }
}

/** A batch that came when memory was full. */
interface Spilled {
  from: number;
  to: number;
  length: number;
  /** The data, if the disk was full; else it is in the file. */
  held: Buffer | undefined;
}

function openUnnamed(directory: string): number {
  const path = `${directory}/.waiting-${process.pid}`;
  const fd = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return fd;
}
