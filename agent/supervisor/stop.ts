import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

/** After the builder asks to stop, the build has this long to clean up before it is killed, in milliseconds. */
const patience = 20_000;
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * What is sent to Isotrace is for the build. At a terminal, Ctrl-C and Ctrl-\ reach the build by themselves (the
 * whole foreground process group gets them): then Isotrace only has to stay.
 */
export class Interruption {
  readonly #pid: number;
  readonly #atTerminal = hasTerminal();
  #asked = false;
  #timer: NodeJS.Timeout | undefined;
  /** What lived below the build when it was asked to stop: children that outlive it are found by this. */
  #alive: Living[] = [];

  constructor(pid: number) {
    this.#pid = pid;
    for (const name of forwarded) process.on(name, this.#ask);
  }

  /** The build's first process has ended. Ends what is left of it, if it was to stop. @returns whether it was. */
  end(status: number, signal: number): boolean {
    clearTimeout(this.#timer);
    for (const name of forwarded) process.off(name, this.#ask);
    const { SIGINT, SIGTERM, SIGHUP } = constants.signals;
    const bySignal = [SIGINT, SIGTERM, SIGHUP].some((n) => signal === n || status === 128 + n);
    if (this.#asked)
      for (const each of this.#alive) if (startOf(each.pid) === each.start) send(each.pid, "SIGKILL");
    return this.#asked || bySignal;
  }

  readonly #ask = (signal: NodeJS.Signals): void => {
    this.#asked = true;
    this.#alive = living(this.#pid);
    const byItself = this.#atTerminal && (signal === "SIGINT" || signal === "SIGQUIT");
    if (!byItself) for (const each of this.#alive) send(each.pid, signal);
    this.#timer ??= setTimeout(() => {
      this.#alive = living(this.#pid);
      for (const each of this.#alive) send(each.pid, "SIGKILL");
    }, patience);
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
  // The name in parentheses may hold anything: fields are counted from its last ")".
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
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
