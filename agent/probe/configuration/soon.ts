/** Something is done when nothing has happened for so long, and not later than so long after the first thing; milliseconds. */
const quiet = 300;
const latest = 2000;

/** Puts something off until nothing more happens for a moment: programs write several files at once. */
export class Soon {
  readonly #act: () => void;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  /** Something has happened. */
  touch(): void {
    const now = Date.now();
    if (this.#timer === undefined) this.#since = now;
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(quiet, this.#since + latest - now));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#act();
    }, wait);
  }

  /** @returns whether something had happened that nothing was done about yet. */
  cancel(): boolean {
    const isWaiting = this.#timer !== undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return isWaiting;
  }
}
