/** How long is waited after a connection failed: from the first to the last, and then the last again. Milliseconds. */
const pauses = [250, 500, 1000, 2000, 5000, 10_000] as const;
/** A connection that stood so long worked, also if there was nothing to send. Milliseconds. */
const worked = 15_000;

/** What is known of a connection that failed. */
export interface Attempt {
  /** When it was begun and when it failed, of a clock that only goes forward. Milliseconds. */
  readonly begun: number;
  readonly failed: number;
  /** The collector said where sending goes on. */
  readonly wasWelcome: boolean;
  /** Bytes that the collector has acknowledged. */
  readonly acknowledged: number;
}

/** Decides how soon a collector is tried again, and how long after the recording's end. Without a clock of its own. */
export class Retries {
  readonly #patience: number;
  #failures = 0;
  #acknowledged = 0;
  /** Since when nothing has worked. */
  #lostAt: number | undefined;

  /** @param patience how long a collector may go on not taking anything when the recording has ended, in milliseconds. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** @returns whether it is the first failure after something that worked, or at all */
  failed({ begun, failed, wasWelcome, acknowledged }: Attempt): boolean {
    // One that is welcome and refused at once has not worked: the disk may be full, and is asked after ever more rarely.
    const hasWorked = acknowledged > this.#acknowledged || (wasWelcome && failed - begun >= worked);
    this.#acknowledged = Math.max(this.#acknowledged, acknowledged);
    const isFirst = hasWorked || this.#lostAt === undefined;
    if (hasWorked) this.#failures = 0;
    if (isFirst) this.#lostAt = hasWorked ? failed : begun;
    this.#failures++;
    return isFirst;
  }

  /** How long is waited before the next connection, in milliseconds. */
  get pause(): number {
    return pauses[Math.min(this.#failures, pauses.length) - 1] ?? 0;
  }

  /** Of a recording that has ended: no more is tried. */
  isHopeless(now: number): boolean {
    return this.#lostAt !== undefined && now - this.#lostAt > this.#patience;
  }
}
