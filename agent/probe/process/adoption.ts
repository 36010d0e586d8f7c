import { isWithin } from "../../within.ts";
import type { Incarnation } from "./incarnation.ts";

/**
 * Which processes are the build's. Where Isotrace started it: the supervisor's children, and what descends from them,
 * but for the recorder. Where it did not (`attach`): every process that starts, or is found, in the build directory.
 */
export class Adoption {
  readonly #directory: Buffer;
  readonly #supervisor: number;

  /** @param supervisor its pid; 0 for `attach`. */
  constructor(directory: string, supervisor: number) {
    this.#directory = Buffer.from(directory);
    this.#supervisor = supervisor;
  }

  /** Judges a process that was there already. Its parent must have been judged before. */
  take(process: Incarnation, recorder: number): void {
    if (process.pid === recorder) process.own = true;
    else if (process.parent?.own) process.own = true;
    else if (process.parent !== undefined && (process.parent.startsBuild || !process.parent.outside))
      process.outside = false;
    if (this.#supervisor !== 0 && process.pid === this.#supervisor) process.startsBuild = true;
    this.onExec(process);
  }

  /** Whether a build that Isotrace did not start runs among these. */
  isRunning(processes: Iterable<Incarnation>): boolean {
    if (this.#supervisor !== 0) return false;
    for (const each of processes) if (this.isWholeBuild(each)) return true;
    return false;
  }

  onExec(process: Incarnation): void {
    if (this.#supervisor !== 0 || !process.outside || process.own || process.facts === undefined) return;
    if (process.facts.root === 0 && isWithin(process.facts.workingDirectory, this.#directory))
      process.outside = false;
  }

  /** Whether this is the whole of a build that `attach` waits for: `lb build`, not run by another of live-build's scripts. */
  isWholeBuild(process: Incarnation): boolean {
    if (this.#supervisor !== 0 || process.outside || !isLiveBuild(process)) return false;
    for (let at = process.parent; at !== undefined; at = at.parent) if (isLiveBuild(at)) return false;
    return true;
  }
}

function isLiveBuild(process: Incarnation): boolean {
  if (process.facts === undefined) return false;
  const words = Buffer.from(process.facts.argv).toString("latin1").split("\0");
  return (
    words.some((word, i) => /(^|\/)lb$/.test(word) && words[i + 1] === "build") ||
    words.some((word) => word.endsWith("/live/build/build"))
  );
}
