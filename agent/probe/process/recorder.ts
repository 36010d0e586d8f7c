import type { Event } from "../../../proto/events.ts";
import type { Incarnation } from "./incarnation.ts";

/**
 * Writes processes into the recording: those of the build as they appear, others when they write below the
 * build directory, with the chain of processes above them.
 */
export class ProcessRecorder {
  readonly #emit: (event: Event) => void;
  #last = 0;

  constructor(emit: (event: Event) => void) {
    this.#emit = emit;
  }

  /** The process's number in the recording, which from then on has it and its ancestors. */
  number(process: Incarnation): number {
    if (process.id === 0) this.#introduce(process);
    if (process.unwritten.length > 0) this.#writeExecs(process);
    return process.id;
  }

  #introduce(process: Incarnation): void {
    const parent = process.parent === undefined ? 0 : this.number(process.parent);
    process.id = ++this.#last;
    this.#emit({
      kind: "process",
      time: Math.floor(process.forked),
      id: process.id,
      pid: process.pid,
      start: process.start,
      parent,
      parentEpoch: process.parentEpoch,
      outside: process.outside,
    });
  }

  #writeExecs(process: Incarnation): void {
    for (const { epoch, time, facts } of process.unwritten) {
      this.#emit({ kind: "exec", time: Math.floor(time), process: process.id, epoch, ...facts });
    }
    process.unwritten.length = 0;
  }
}
