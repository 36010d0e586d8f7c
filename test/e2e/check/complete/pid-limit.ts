import { readFileSync, writeFileSync } from "node:fs";

const file = "/proc/sys/kernel/pid_max";

/** Lowers the highest pid for a while, so that pids are used again soon; also put back when a signal ends the check. */
export class PidLimit implements Disposable {
  readonly #before = readFileSync(file, "latin1");
  readonly #onSignal = () => {
    this[Symbol.dispose]();
    process.exit(130);
  };

  constructor(highest: number) {
    process.on("SIGINT", this.#onSignal).on("SIGTERM", this.#onSignal);
    writeFileSync(file, String(highest));
  }

  [Symbol.dispose](): void {
    writeFileSync(file, this.#before);
    process.off("SIGINT", this.#onSignal).off("SIGTERM", this.#onSignal);
  }
}
