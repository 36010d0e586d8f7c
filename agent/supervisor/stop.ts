import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { statFields } from "../process-stat.ts";
import type { RunningBuild } from "./terminal.ts";

/** After the builder asks to stop, the build has this long to clean up before it is killed, in milliseconds. */
const patience = 20_000;
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * What is sent to Isotrace is for the build. At a terminal that both share, Ctrl-C and Ctrl-\ reach the build by
 * themselves (the whole foreground process group gets them): then Isotrace only has to stay.
 */
export class Interruption {
  /** From now on a signal ends Isotrace. */
  readonly release: () => void;
  #build: RunningBuild | undefined;
  /** The first signal that asked for it. */
  #asked: NodeJS.Signals | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What lived below the build when it was asked to stop: children that outlive it are found by this. */
  #alive: Living[] = [];

  /** To be made before the build is started: a signal that came between would end Isotrace, and leave the build. */
  constructor(ignored: readonly string[]) {
    this.release = onSignals(forwarded, ignored, this.#ask);
  }

  /** The number of the signal that has asked to stop; 0 if there was none. */
  get asked(): number {
    return this.#asked === undefined ? 0 : constants.signals[this.#asked];
  }

  /** The build has been started, in this same turn of the event loop: no signal was handled since `asked` was 0. */
  started(build: RunningBuild): void {
    this.#build = build;
  }

  /** The build's first process has ended. Ends what is left of it, if it was to stop. @returns whether it was. */
  end(status: number, signal: number): boolean {
    clearTimeout(this.#timer);
    this.#build = undefined;
    const { SIGINT, SIGTERM, SIGHUP } = constants.signals;
    const bySignal = [SIGINT, SIGTERM, SIGHUP].some((n) => signal === n || status === 128 + n);
    if (this.#asked !== undefined)
      for (const each of this.#alive) if (startOf(each.pid) === each.start) send(each.pid, "SIGKILL");
    return this.#asked !== undefined || bySignal;
  }

  readonly #ask = (signal: NodeJS.Signals): void => {
    this.#asked ??= signal;
    if (this.#build === undefined) return; // none will be started, or it has ended
    const { pid, ownTerminal } = this.#build;
    this.#alive = living(pid);
    const byItself = !ownTerminal && hasTerminal() && (signal === "SIGINT" || signal === "SIGQUIT");
    if (!byItself) for (const each of this.#alive) send(each.pid, signal);
    this.#timer ??= setTimeout(() => {
      this.#alive = living(pid);
      for (const each of this.#alive) send(each.pid, "SIGKILL");
    }, patience);
  };
}

/**
 * Listens to signals, but to those the caller ignores, as nohup(1) has it: Node's own start made these fatal again, and
 * here they are ignored from now on.
 * @returns what ends the listening
 */
export function onSignals(
  names: readonly NodeJS.Signals[],
  ignored: readonly string[],
  listener: (signal: NodeJS.Signals) => void,
): () => void {
  const heard = names.filter((name) => !ignored.includes(name.slice(3)));
  for (const name of names) process.on(name, heard.includes(name) ? listener : () => {});
  return () => {
    for (const name of heard) process.off(name, listener);
  };
}

interface Living {
  pid: number;
  parent: number;
  /** Field 22 of /proc/PID/stat: with the pid it names a process. */
  start: string;
}

/** A process and all that live below it, nearest first: a shell hears a signal only after its child has ended. */
function living(top: number): Living[] {
  const all = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => statOf(Number(entry)) ?? []);
  const found = all.filter((each) => each.pid === top);
  for (const at of found) found.push(...all.filter((each) => each.parent === at.pid));
  return found;
}

function startOf(pid: number): string | undefined {
  return statOf(pid)?.start;
}

function statOf(pid: number): Living | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined; // it has ended
  }
  const fields = statFields(stat);
  return { pid, parent: Number(fields[1]), start: fields[19]! };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended meanwhile
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false; // ENXIO: no controlling terminal (tty(4))
  }
}
