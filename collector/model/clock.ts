/** Turns times of CLOCK_BOOTTIME into those of CLOCK_REALTIME, which may have been set during the build. */
export class Clock {
  /** From which time of CLOCK_BOOTTIME on the difference holds. Microseconds. */
  readonly #offsets: { from: number; offset: number }[] = [];

  set(from: number, offset: number): void {
    this.#offsets.push({ from, offset });
  }

  /** UTC in ISO 8601, to the millisecond; empty if it is beyond what a date can be. */
  iso(time: number): string {
    const date = new Date(Math.floor(this.real(time) / 1000));
    return Number.isNaN(date.getTime()) ? "" : date.toISOString();
  }

  /** Microseconds since 1970. */
  real(time: number): number {
    const holds = this.#offsets.findLast(({ from }) => from <= time) ?? this.#offsets[0];
    return time + (holds?.offset ?? 0);
  }
}
