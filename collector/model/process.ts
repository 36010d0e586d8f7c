import type { ExecEvent, ExitEvent, ProcessEvent } from "../../proto/events.ts";
import { byteString } from "./bytes.ts";
import type { Directory } from "./item.ts";

/** A directory that processes have as their root. */
export interface Root {
  /** The directory, if it is below the build directory. */
  directory: Directory | undefined;
  path: string;
}

/** One exec of a process. All texts are byte strings. */
export class Command {
  /** Index in the build's table of processes. */
  readonly process: number;
  readonly epoch: number;
  /** Microseconds of CLOCK_BOOTTIME. */
  readonly time: number;
  /** As given to execve(2): of a script, the script. */
  readonly filename: string;
  readonly executable: string;
  readonly workingDirectory: string;
  /** undefined: the host's. */
  readonly root: Root | undefined;
  readonly environment: ReadonlyMap<string, string>;
  /** It was read from /proc after it had begun. */
  readonly restored: boolean;
  // Most commands are never asked for their arguments: one text each is enough until then.
  readonly #argv: string;

  constructor(
    event: ExecEvent,
    process: number,
    root: Root | undefined,
    text: (bytes: Uint8Array) => string,
  ) {
    this.process = process;
    this.epoch = event.epoch;
    this.time = event.time;
    this.filename = text(event.filename);
    this.executable = text(event.executable);
    this.workingDirectory = text(event.workingDirectory);
    this.root = root;
    this.environment = event.environment.length === 0 ? nothing : variables(event);
    this.restored = event.restored;
    this.#argv = byteString(event.argv);
  }

  get argv(): readonly string[] {
    return (this.#argv.endsWith("\0") ? this.#argv.slice(0, -1) : this.#argv).split("\0");
  }
}

const nothing: ReadonlyMap<string, string> = new Map();

export interface Process {
  /** In the build's table, from 1. */
  readonly index: number;
  readonly pid: number;
  /** Nanoseconds of CLOCK_BOOTTIME. */
  readonly start: number;
  readonly parent: Process | undefined;
  readonly parentEpoch: number;
  readonly outside: boolean;
  /** Microseconds of CLOCK_BOOTTIME; undefined if its end was not seen. */
  end: number | undefined;
  /** By epoch; holes where an exec was lost. */
  commands: (Command | undefined)[];
  /** The same process as an earlier recorder numbered it. */
  readonly earlier: Process | undefined;
}

/** An exec beyond it is only counted: epochs index a list. */
const mostEpochs = 1 << 20;

/** The processes of all segments of a recording. */
export class ProcessTable {
  readonly all: (Process | undefined)[] = [undefined];
  /** Execs of processes that the recording does not introduce. */
  strays = 0;
  #byNumber = new Map<number, Process>();
  #earlier = new Map<string, Process>();
  readonly #texts = new Map<string, string>();
  #roots = new Map<number, Root>();

  /** A new recorder numbers processes and roots anew; those that live on are known by pid and start. */
  beginSegment(): void {
    for (const process of this.#byNumber.values()) this.#earlier.set(identity(process), process);
    this.#byNumber = new Map();
    this.#roots = new Map();
  }

  addProcess(event: ProcessEvent): void {
    const process: Process = {
      index: this.all.length,
      pid: event.pid,
      start: event.start,
      parent: this.#byNumber.get(event.parent),
      parentEpoch: event.parentEpoch,
      outside: event.outside,
      end: undefined,
      commands: none,
      earlier: this.#earlier.size === 0 ? undefined : this.#earlier.get(identity(event)),
    };
    this.all.push(process);
    this.#byNumber.set(event.id, process);
  }

  addExec(event: ExecEvent): Command | undefined {
    const process = this.#byNumber.get(event.process);
    if (process === undefined || event.epoch > mostEpochs) {
      this.strays++;
      return undefined;
    }
    const root = event.root === 0 ? undefined : this.root(event.root);
    const command = new Command(event, process.index, root, (bytes) => this.#text(bytes));
    if (process.commands === none) process.commands = [];
    process.commands[event.epoch] = command;
    return command;
  }

  addExit(event: ExitEvent): void {
    const process = this.#byNumber.get(event.process);
    if (process !== undefined) process.end = event.time;
  }

  /** The root with a number of this segment; its directory may become known later. */
  root(number: number): Root {
    let root = this.#roots.get(number);
    if (root === undefined) {
      root = { directory: undefined, path: "" };
      this.#roots.set(number, root);
    }
    return root;
  }

  /** Processes of the build whose end the last recorder did not see. */
  running(): Process[] {
    return [...this.#byNumber.values()].filter(({ outside, end }) => !outside && end === undefined);
  }

  /** Index of the process with a number of this segment; 0 if there is none. */
  indexOf(number: number): number {
    return this.#byNumber.get(number)?.index ?? 0;
  }

  /** What a process ran in an epoch: for one that has not called exec, what it was forked from. */
  command(index: number, epoch: number): Command | undefined {
    const process = this.all[index];
    return process === undefined ? undefined : commandOf(process, epoch);
  }

  #text(bytes: Uint8Array): string {
    const text = byteString(bytes);
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

/** The commands of a process that has not called exec, as most have not. */
const none: (Command | undefined)[] = [];

/** What `process` ran in `epoch`, of its own or inherited. */
export function commandOf(process: Process, epoch: number): Command | undefined {
  let at: Process | undefined = process;
  let wanted = epoch;
  for (let depth = 0; at !== undefined && depth < 100_000; depth++) {
    const command: Command | undefined = at.commands[wanted];
    if (command !== undefined) return command.restored ? (seenEarlier(at, command) ?? command) : command;
    if (wanted > 0 && at.commands.length > 0) return undefined; // that exec was lost
    if (at.earlier !== undefined) {
      at = at.earlier;
      wanted = lastEpoch(at);
    } else {
      wanted = at.parentEpoch;
      at = at.parent;
    }
  }
  return undefined;
}

/** The epoch in which a process ended, or is. */
export function lastEpoch({ commands }: Process): number {
  return Math.max(commands.length - 1, 0);
}

/** The process above, as the recorder that saw the fork has it: an orphan's later parent is not the one that made it. */
export function parentOf(process: Process): { parent: Process | undefined; epoch: number } {
  let at = process;
  while (at.earlier !== undefined) at = at.earlier;
  return { parent: at.parent, epoch: at.parentEpoch };
}

/** A later recorder knows of a command only what /proc tells; an earlier one may have seen it begin. */
function seenEarlier(process: Process, command: Command): Command | undefined {
  const { earlier } = process;
  if (earlier === undefined) return undefined;
  const last = commandOf(earlier, lastEpoch(earlier));
  return last !== undefined && last.argv.join("\0") === command.argv.join("\0") ? last : undefined;
}

/** The kernel's start time in ticks of 10 ms, as /proc gives it to the later recorder. */
function identity({ pid, start }: { pid: number; start: number }): string {
  return `${pid}:${Math.floor(start / 1e7)}`;
}

function variables(event: ExecEvent): ReadonlyMap<string, string> {
  return new Map(event.environment.map(({ name, value }) => [byteString(name), byteString(value)]));
}
