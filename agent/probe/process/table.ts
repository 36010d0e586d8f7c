import { type ExecFacts, type Incarnation, tick } from "./incarnation.ts";

/**
 * Every process of the machine that lives, and those that ended a short while ago: which process a pid was
 * at a time, and which command it ran. The kernel reuses pids within one build (kernel.pid_max), so a pid
 * alone names nothing. All times are microseconds of CLOCK_BOOTTIME.
 */
export class ProcessTable {
  readonly #byPid = new Map<number, Incarnation[]>();
  readonly #ended: Incarnation[] = [];

  /** The living, or last, process with this pid. */
  current(pid: number): Incarnation | undefined {
    return this.#byPid.get(pid)?.at(-1);
  }

  /**
   * The process with this pid and start time (nanoseconds), if it is known. /proc knows the time to a tick only: where
   * it told one of the two, that will do. Not else, since few pids can be used again within a tick.
   */
  find(pid: number, start: number): Incarnation | undefined {
    const line = this.#byPid.get(pid);
    return line?.findLast((p) => p.start === start) ?? line?.findLast((p) => isSameTick(p.start, start));
  }

  fork(pid: number, start: number, time: number, parent: Incarnation | undefined): Incarnation {
    const known = this.find(pid, start);
    if (known !== undefined) return known;
    const child: Incarnation = {
      pid,
      start,
      forked: time,
      ended: Number.POSITIVE_INFINITY,
      parent,
      parentEpoch: parent === undefined ? 0 : parent.epoch,
      epoch: 0,
      execs: [],
      order: { epoch: 0, opened: [], used: [], doubtUntil: 0 },
      outside: parent === undefined || (parent.outside && !parent.startsBuild),
      startsBuild: false,
      own: parent?.own ?? false,
      id: 0,
      facts: undefined,
      unwritten: [],
    };
    const line = this.#byPid.get(pid);
    if (line === undefined) this.#byPid.set(pid, [child]);
    else line.push(child);
    return child;
  }

  exec(
    process: Incarnation,
    time: number,
    name: string,
    facts: ExecFacts,
    outputs: readonly number[] = [],
    isTold = true,
  ): number {
    process.epoch++;
    process.facts = facts;
    process.execs.push({ epoch: process.epoch, time, name, outputs, isTold });
    // A long-lived process may exec without end: two are enough to tell which one a late file event meant.
    if (process.execs.length > 64) process.execs.shift();
    process.unwritten.push({ epoch: process.epoch, time, facts });
    if (process.outside && process.unwritten.length > 1) process.unwritten.shift();
    return process.epoch;
  }

  exit(process: Incarnation, time: number): void {
    process.ended = time;
    this.#ended.push(process);
  }

  /**
   * The processes that had this pid at some moment after `from`, up to `to`. A process's files are closed
   * after the kernel reports its end, so it keeps its pid until another one gets it.
   */
  candidates(pid: number, from: number, to: number): Incarnation[] {
    const line = this.#byPid.get(pid);
    if (line === undefined) return [];
    if (line.length === 1) return line;
    return line.filter((p, i) => p.forked <= to && (line[i + 1]?.forked ?? Number.POSITIVE_INFINITY) > from);
  }

  /** Forgets processes that ended before a time; their late events have been read. */
  forget(before: number): void {
    let done = 0;
    while (done < this.#ended.length && this.#ended[done]!.ended < before) {
      const process = this.#ended[done++]!;
      const line = this.#byPid.get(process.pid);
      if (line === undefined) continue;
      if (line.length === 1 && line[0] === process) this.#byPid.delete(process.pid);
      else {
        const at = line.indexOf(process);
        if (at >= 0) line.splice(at, 1);
      }
    }
    if (done > 0) this.#ended.splice(0, done);
  }

  *living(): Iterable<Incarnation> {
    for (const line of this.#byPid.values()) {
      const last = line.at(-1)!;
      if (last.ended === Number.POSITIVE_INFINITY) yield last;
    }
  }

  get size(): number {
    return this.#byPid.size;
  }
}

/** Whether one of two starts is rounded down to a tick, and the other lies in that tick. */
function isSameTick(a: number, b: number): boolean {
  return (a % tick === 0 || b % tick === 0) && Math.floor(a / tick) === Math.floor(b / tick);
}
