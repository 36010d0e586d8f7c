import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";

/** Raw file events that were read together: they happened after `from` and before `to` (CLOCK_BOOTTIME, µs). */
export interface Batch {
  from: number;
  to: number;
  data: Buffer;
}

/** What may wait in memory; beyond it batches wait in a file. */
const memoryBytes = 8 << 20;

/**
 * The batches between reading and understanding. Reading must never wait, since the window in which an event
 * happened is known only as exactly as reading is prompt; so in a storm batches wait here, in order, the
 * later ones in a file without a name.
 */
export class Intake {
  readonly #directory: string;
  #memory: Batch[] = [];
  #memoryBytes = 0;
  #spilled: { from: number; to: number; length: number }[] = [];
  #fd = -1;
  #writeAt = 0;
  #readAt = 0;

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
    if (this.#fd < 0) this.#fd = openUnnamed(this.#directory);
    for (let done = 0; done < data.length; ) {
      done += writeSync(this.#fd, data, done, data.length - done, this.#writeAt + done);
    }
    this.#writeAt += data.length;
    this.#spilled.push({ from, to, length: data.length });
  }

  /** The oldest batch. */
  shift(): Batch | undefined {
    const batch = this.#memory.shift();
    if (batch !== undefined) {
      this.#memoryBytes -= batch.data.length;
      return batch;
    }
    const next = this.#spilled.shift();
    if (next === undefined) return undefined;
    const data = Buffer.allocUnsafe(next.length);
    for (let done = 0; done < next.length; ) {
      const read = readSync(this.#fd, data, done, next.length - done, this.#readAt + done);
      if (read === 0) throw new Error("the file of waiting events is shorter than what was written to it");
      done += read;
    }
    this.#readAt += next.length;
    if (this.#spilled.length === 0) {
      ftruncateSync(this.#fd, 0);
      this.#writeAt = 0;
      this.#readAt = 0;
    }
    return { from: next.from, to: next.to, data };
  }

  get isEmpty(): boolean {
    return this.#memory.length === 0 && this.#spilled.length === 0;
  }

  /** The time before which every batch has been taken out; `otherwise` if none waits. */
  oldest(otherwise: number): number {
    return this.#memory[0]?.from ?? this.#spilled[0]?.from ?? otherwise;
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }
}

function openUnnamed(directory: string): number {
  const path = `${directory}/.waiting-${process.pid}`;
  const fd = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return fd;
}
