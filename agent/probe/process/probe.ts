import { fstatSync } from "node:fs";
import type { Event, Variable } from "../../../proto/events.ts";
import type { ConnectEvent, ExecEvent, KernelEvent } from "../../kernel/events.ts";
import { pathOfFd } from "../../kernel/handles.ts";
import { close, O_DIRECTORY, O_PATH, open, SystemError } from "../../kernel/libc.ts";
import type { ExecFacts, Incarnation } from "./incarnation.ts";
import { ProcessRecorder } from "./recorder.ts";
import { basename } from "./seed.ts";
import type { ProcessTable } from "./table.ts";

export interface ProcessProbeOutput {
  emit(event: Event): void;
  loss(what: string, detail: string): void;
  /** Whether the kernel told of the program being opened for an exec. */
  tells(event: ExecEvent): boolean;
  /** A process has begun another program. */
  onExec(process: Incarnation): void;
  /** A process that the recording has has ended. */
  onExit(process: Incarnation, status: number, signal: number): void;
  /** The number of the directory that is a process's root: 0 if it is not below the build directory, undefined if not known yet. */
  directoryNumber(path: Buffer): number | undefined;
}

/** Keeps the process table in step with the kernel's events, and records the processes of the build. */
export class ProcessProbe {
  readonly #table: ProcessTable;
  readonly #out: ProcessProbeOutput;
  readonly #recorder: ProcessRecorder;
  readonly #hostRoot: string;
  /** Number of each root directory, by device and inode; and those whose path is not known yet. */
  readonly #roots = new Map<string, number>();
  readonly #unnamedRoots = new Set<number>();

  /** @param hostRoot device and inode of the recorder's own root: a process with another one is chrooted. */
  constructor(table: ProcessTable, hostRoot: { device: number; inode: number }, out: ProcessProbeOutput) {
    this.#table = table;
    this.#out = out;
    this.#recorder = new ProcessRecorder((event) => out.emit(event));
    this.#hostRoot = `${hostRoot.device}:${hostRoot.inode}`;
  }

  number(process: Incarnation): number {
    return this.#recorder.number(process);
  }

  handle(event: KernelEvent): void {
    switch (event.kind) {
      case "fork":
        this.#fork(event.pid, event.start, event.child, event.childStart, event.time);
        return;
      case "exec":
        this.#exec(event);
        return;
      case "exit": {
        const process = this.#table.find(event.pid, event.start);
        if (process === undefined || process.ended !== Number.POSITIVE_INFINITY) return;
        this.#table.exit(process, event.time);
        if (process.id === 0) return;
        const time = Math.floor(event.time);
        const { status, signal, core } = event;
        this.#out.emit({ kind: "exit", time, process: process.id, status, signal, core });
        this.#out.onExit(process, status, signal);
        return;
      }
      case "needs": {
        const process = this.#ofBuild(event.pid, event.start);
        if (process === undefined) return;
        const epoch = this.#epochAt(process, event.time);
        this.#out.emit({
          kind: "needs",
          time: Math.floor(event.time),
          process: this.number(process),
          epoch,
          items: event.items,
        });
        return;
      }
      case "connect": {
        const process = this.#ofBuild(event.pid, event.start);
        if (process === undefined) return;
        this.#out.emit({
          kind: "connection",
          time: Math.floor(event.time),
          process: this.number(process),
          epoch: this.#epochAt(process, event.time),
          address: addressText(event),
          port: event.port,
          protocol: event.protocol,
        });
        return;
      }
      case "malformed":
        this.#out.loss("malformed", `process event: ${event.reason}`);
        return;
      default:
        event satisfies never;
    }
  }

  #fork(pid: number, start: number, child: number, childStart: number, time: number): void {
    const parent = this.#table.find(pid, start) ?? this.#table.current(pid);
    const process = this.#table.fork(child, childStart, time, parent);
    if (!process.outside && !process.own) this.number(process);
  }

  #exec(event: ExecEvent): void {
    const parent = this.#table.find(event.parent, event.parentStart);
    const process =
      this.#table.find(event.pid, event.start) ??
      this.#table.fork(event.pid, event.start, event.time, parent);
    const facts = this.#facts(event, process);
    const name = basename(event.executable.path);
    this.#table.exec(process, event.time, name, facts, event.outputs, this.#out.tells(event));
    if (process.own) return;
    this.#out.onExec(process);
    if (!process.outside) this.number(process);
  }

  #facts(event: ExecEvent, process: Incarnation): ExecFacts {
    return {
      argv: event.argv,
      argvLength: event.argvLength,
      filename: event.filename,
      executable: event.executable.path,
      workingDirectory: event.cwd.path,
      uid: event.uid,
      root: process.own ? 0 : this.#rootOf(event, process),
      environment: event.environment === undefined ? [] : maintainerVariables(event.environment),
      restored: false,
      cut:
        event.argvTruncated ||
        event.argvUnreadable ||
        event.filenameTruncated ||
        event.executable.truncated ||
        event.cwd.truncated,
    };
  }

  #rootOf(event: ExecEvent, process: Incarnation): number {
    const key = `${event.root.device}:${event.root.inode}`;
    if (key === this.#hostRoot) return 0;
    let id = this.#roots.get(key);
    if (id === undefined) {
      id = this.#roots.size + 1;
      this.#roots.set(key, id);
      this.#unnamedRoots.add(id);
    }
    if (!process.outside && this.#unnamedRoots.has(id)) this.#nameRoot(id, event);
    return id;
  }

  // A short-lived process may be gone: the next one of the same root is asked then.
  #nameRoot(id: number, event: ExecEvent): void {
    const path = pathOfRoot(event);
    if (path === undefined) return;
    const directory = this.#out.directoryNumber(path);
    if (directory === undefined) return;
    this.#unnamedRoots.delete(id);
    this.#out.emit({ kind: "root", time: Math.floor(event.time), id, directory, path });
  }

  #ofBuild(pid: number, start: number): Incarnation | undefined {
    const process = this.#table.find(pid, start);
    return process === undefined || process.own || (process.outside && process.id === 0)
      ? undefined
      : process;
  }

  #epochAt(process: Incarnation, time: number): number {
    return process.execs.findLast((exec) => exec.time <= time)?.epoch ?? 0;
  }
}

/** Where the root lies that a process had when it executed; undefined if it has ended, whoever has its pid by now, or the path is too long. */
function pathOfRoot({ pid, root }: ExecEvent): Buffer | undefined {
  let fd: number;
  try {
    fd = open(`/proc/${pid}/root`, O_PATH | O_DIRECTORY);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
  try {
    return fstatSync(fd).ino === root.inode ? pathOfFd(fd) : undefined;
  } finally {
    close(fd);
  }
}

/** dpkg-maintscript's own variables (deb-preinst(5) and others), and no other ones: an environment can hold secrets. */
function maintainerVariables(block: Buffer): Variable[] {
  const variables: Variable[] = [];
  for (const text of block.toString("latin1").split("\0")) {
    const at = text.indexOf("=");
    if (at < 0 || !text.startsWith("DPKG_MAINTSCRIPT_")) continue;
    variables.push({
      name: Buffer.from(text.slice(0, at), "latin1"),
      value: Buffer.from(text.slice(at + 1), "latin1"),
    });
  }
  return variables;
}

function addressText(event: ConnectEvent): string {
  if (event.family === 4) return event.address.join(".");
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(event.address.readUInt16BE(i).toString(16));
  return groups.join(":");
}
