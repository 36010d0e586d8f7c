import { operation } from "../../proto/events.ts";

/** Bits of an operation of a history beyond those of the recording (`operation` in events.ts). */
export const mark = {
  /** What went before it in the history happened to the file that this one was copied from. */
  copied: 1 << 9,
  /** It happened while no recorder ran. */
  gap: 1 << 10,
  /** The file left this path by rename; it lives on under the name that `detail` gives. */
  away: 1 << 11,
  /** Another history goes on from here, so later operations must not be folded into it. */
  shared: 1 << 12,
} as const;

/** One operation on a file. Times are microseconds of CLOCK_BOOTTIME. */
export interface Operation {
  readonly index: number;
  readonly time: number;
  /** Time of the last of the equal events that were folded into it. */
  readonly last: number;
  /** Bits of `operation` and of `mark`. */
  readonly bits: number;
  /** Index of the process in the build's table, 0 if it is not known. */
  readonly process: number;
  readonly epoch: number;
  /** The other name of a rename or link, a byte string; relative to the build directory if it has a slash. */
  readonly detail: string | undefined;
}

const single = operation.rename | operation.delete | operation.found | mark.copied | mark.gap | mark.away;

/**
 * The operations of all files, each linked to the one before it on the same file: a history is the index of its
 * last operation, 0 for none. An operation does not change once something else refers to it, so a state of the
 * tree is kept by keeping indexes. Columns rather than objects: a build has 300,000 operations.
 */
export class Operations {
  #capacity = 1 << 12;
  #length = 1;
  #time = new Float64Array(this.#capacity);
  #last = new Float64Array(this.#capacity);
  #bits = new Uint16Array(this.#capacity);
  #process = new Uint32Array(this.#capacity);
  #epoch = new Uint32Array(this.#capacity);
  #previous = new Uint32Array(this.#capacity);
  readonly #details = new Map<number, string>();
  #frozen = 1;

  /** The number of operations, and one more: every index is below it. */
  get length(): number {
    return this.#length;
  }

  /** Adds an operation after the history `previous`. @returns the history that ends in it. */
  add(time: number, bits: number, process: number, epoch: number, previous: number, detail?: string): number {
    if (this.#canFold(bits, process, epoch, previous)) {
      this.#bits[previous]! |= bits;
      this.#last[previous] = time;
      return previous;
    }
    if (this.#length === this.#capacity) this.#grow();
    const index = this.#length++;
    this.#time[index] = time;
    this.#last[index] = time;
    this.#bits[index] = bits;
    this.#process[index] = process;
    this.#epoch[index] = epoch;
    this.#previous[index] = previous;
    if (detail !== undefined) this.#details.set(index, detail);
    return index;
  }

  /** Says that a second history goes on from `history`. @returns it. */
  share(history: number): number {
    if (history !== 0) this.#bits[history]! |= mark.shared;
    return history;
  }

  /** What has been added until now does not change any more. */
  freeze(): void {
    this.#frozen = this.#length;
  }

  get(index: number): Operation {
    return {
      index,
      time: this.#time[index]!,
      last: this.#last[index]!,
      bits: this.#bits[index]!,
      process: this.#process[index]!,
      epoch: this.#epoch[index]!,
      detail: this.#details.get(index),
    };
  }

  /** The operations of a history, newest first. */
  *history(history: number): Generator<Operation> {
    for (let at = history; at !== 0; at = this.#previous[at]!) yield this.get(at);
  }

  /** Whether a known process appears in a history: without making objects, for whole images. */
  hasWriter(history: number): boolean {
    for (let at = history; at !== 0; at = this.#previous[at]!) if (this.#process[at] !== 0) return true;
    return false;
  }

  // A create that follows another operation is a new hard link or a new life: worth its own line.
  #canFold(bits: number, process: number, epoch: number, previous: number): boolean {
    return (
      previous >= this.#frozen &&
      this.#process[previous] === process &&
      this.#epoch[previous] === epoch &&
      ((bits | this.#bits[previous]!) & (single | mark.shared)) === 0 &&
      (bits & operation.create) === 0 &&
      ((bits ^ this.#bits[previous]!) & operation.uncertain) === 0
    );
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#time = grown(this.#time, new Float64Array(this.#capacity));
    this.#last = grown(this.#last, new Float64Array(this.#capacity));
    this.#bits = grown(this.#bits, new Uint16Array(this.#capacity));
    this.#process = grown(this.#process, new Uint32Array(this.#capacity));
    this.#epoch = grown(this.#epoch, new Uint32Array(this.#capacity));
    this.#previous = grown(this.#previous, new Uint32Array(this.#capacity));
  }
}

/** The lists of histories that ended at a path: of files that were replaced there, moved away or removed. */
export class Pasts {
  #length = 1;
  #history = new Uint32Array(1 << 10);
  #previous = new Uint32Array(1 << 10);

  /** Puts a history before the others of a path. @returns the list that begins with it; 0 is the empty list. */
  add(history: number, previous: number): number {
    if (this.#length === this.#history.length) {
      this.#history = grown(this.#history, new Uint32Array(this.#length * 2));
      this.#previous = grown(this.#previous, new Uint32Array(this.#length * 2));
    }
    this.#history[this.#length] = history;
    this.#previous[this.#length] = previous;
    return this.#length++;
  }

  /** The histories of a list, newest first. */
  *list(list: number): Generator<number> {
    for (let at = list; at !== 0; at = this.#previous[at]!) yield this.#history[at]!;
  }

  /** The list as it was before the operation `index` was added. */
  before(list: number, index: number): number {
    let at = list;
    while (at !== 0 && this.#history[at]! >= index) at = this.#previous[at]!;
    return at;
  }
}

function grown<T extends Float64Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
