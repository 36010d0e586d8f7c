import { execFileSync } from "node:child_process";
import { bootMicroseconds, realtimeOffset } from "../../../../../agent/kernel/clock.ts";
import { undoAtEnd } from "../undo.ts";

/** The machine's clock set wrong, until `Symbol.dispose` or the end of this process puts it right: by the time that has gone by. */
export class WrongClock {
  readonly #undo: () => void;

  /** @param by seconds; less than 0 is back */
  constructor(by: number) {
    const offset = realtimeOffset();
    this.#undo = undoAtEnd(() => setClock(offset));
    setClock(offset + by * 1e6);
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}

/** @param offset microseconds from CLOCK_BOOTTIME to CLOCK_REALTIME, as `realtimeOffset` gives it */
function setClock(offset: number): void {
  const now = (bootMicroseconds() + offset) / 1e6;
  execFileSync("date", ["--set", `@${now.toFixed(6)}`], { stdio: "ignore" });
}
