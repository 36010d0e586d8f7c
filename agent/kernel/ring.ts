import { mapShared, PROT_READ, PROT_WRITE, unmap, viewOf } from "./libc.ts";
import type { Pointer } from "./pointer.ts";

const BUSY = 0x80000000 | 0;
const DISCARD = 0x40000000;
const LENGTH = 0x3fffffff;
const RECORD_HEADER = 8;
const PAGE = 4096;

/**
 * The reading end of a BPF ring buffer (Documentation/bpf/ringbuf.rst), read in place. One reader at a time: the
 * position it has reached lies in the kernel, so that another process can go on where this one stopped.
 */
export class Ring {
  readonly size: number;
  /** The data twice in a row, so that no record wraps. For `onRecord` only: it is the producer's again afterwards. */
  data: Buffer;
  view: DataView;
  #lengths: Int32Array;
  #consumed: BigInt64Array;
  #produced: BigInt64Array;
  readonly #maps: { at: Pointer; size: number }[] = [];

  /** @throws SystemError if the descriptor is not a ring buffer of this size. */
  constructor(fd: number, size: number) {
    this.size = size;
    this.#consumed = new BigInt64Array(this.#map(fd, 0, PAGE, PROT_READ | PROT_WRITE), 0, 1);
    const memory = this.#map(fd, PAGE, PAGE + 2 * size, PROT_READ);
    this.#produced = new BigInt64Array(memory, 0, 1);
    this.data = Buffer.from(memory, PAGE, 2 * size);
    this.view = new DataView(memory, PAGE, 2 * size);
    this.#lengths = new Int32Array(memory, PAGE, size / 4);
  }

  /** Bytes not read yet. */
  get unread(): number {
    return Number(Atomics.load(this.#produced, 0) - Atomics.load(this.#consumed, 0));
  }

  /**
   * Hands over each finished record as (offset in `data`, length) and gives its memory back.
   * If `onRecord` throws, that record counts as read. Returns the number of records.
   */
  consume(onRecord: (offset: number, length: number) => void, maxRecords = Number.MAX_SAFE_INTEGER): number {
    const mask = this.size - 1;
    let count = 0;
    let position = Number(Atomics.load(this.#consumed, 0));
    let published = position;
    try {
      let end = Number(Atomics.load(this.#produced, 0));
      while (count < maxRecords) {
        if (position >= end) {
          end = Number(Atomics.load(this.#produced, 0));
          if (position >= end) break;
        }
        const at = position & mask;
        const header = Atomics.load(this.#lengths, at >> 2);
        if ((header & BUSY) !== 0) break;
        const length = header & LENGTH;
        position += (RECORD_HEADER + length + 7) & ~7;
        if ((header & DISCARD) !== 0) continue;
        count++;
        onRecord(at + RECORD_HEADER, length);
        // Not at each record: the store is dear to the other CPU, which reads this line for every reservation.
        if (position - published > this.size >> 4) {
          Atomics.store(this.#consumed, 0, BigInt(position));
          published = position;
        }
      }
    } finally {
      if (position !== published) Atomics.store(this.#consumed, 0, BigInt(position));
    }
    return count;
  }

  /** Unmaps; `consume` throws afterwards. The descriptor stays open. */
  close(): void {
    // No view may outlive the mapping: a read there would end the process.
    const nothing = new ArrayBuffer(0);
    this.#consumed = this.#produced = new BigInt64Array(nothing);
    this.#lengths = new Int32Array(nothing);
    this.data = Buffer.alloc(0);
    this.view = new DataView(nothing);
    for (const { at, size } of this.#maps.splice(0)) unmap(at, size);
  }

  #map(fd: number, offset: number, size: number, protection: number): ArrayBuffer {
    const at = mapShared(fd, offset, size, protection);
    this.#maps.push({ at, size });
    return viewOf(at, size);
  }
}
