/** A run of dpkg, and who it was if that was seen. */
export interface Run<Process, Entry> {
  process: Process | undefined;
  entries: Entry[];
}

/** More than any build has between two looks. */
const mostClosers = 100_000;

/**
 * Tells which process each run of dpkg in its log was. dpkg closes the log when it ends, so the processes seen to close it
 * are those of the runs, in order: a lock allows one at a time. A run that no process has closed yet is held back.
 */
export class DpkgRuns<Process, Entry> {
  readonly #closers: Process[] = [];
  readonly #held: Entry[][] = [];

  /** A dpkg has closed the log. */
  closed(process: Process): void {
    if (this.#closers.length < mostClosers) this.#closers.push(process);
  }

  /** How many have closed the log, whose runs are not told yet. */
  get awaited(): number {
    return this.#closers.length;
  }

  /**
   * The log's next part; its first run goes on where the part before ended.
   * @param closed how many had closed the log before it was read: their runs are whole.
   */
  read([rest = [], ...runs]: Entry[][], closed: number): Run<Process, Entry>[] {
    if (this.#held.length > 0) this.#held.at(-1)!.push(...rest);
    else if (rest.length > 0) this.#held.push(rest);
    this.#held.push(...runs);
    const whole: Run<Process, Entry>[] = [];
    for (const process of this.#closers.splice(0, closed)) {
      const entries = this.#held.shift();
      if (entries !== undefined) whole.push({ process, entries });
    }
    // Besides those whose end was seen since, one can be going on. Of more, it was not seen who closed the log.
    while (this.#held.length > this.#closers.length + 1)
      whole.push({ process: undefined, entries: this.#held.shift()! });
    return whole;
  }

  /** What is held back: nobody was seen to close the log, or it is gone. */
  flush(): Run<Process, Entry>[] {
    const runs = this.#held.splice(0).map((entries, i) => ({ process: this.#closers[i], entries }));
    this.#closers.length = 0;
    return runs;
  }
}
