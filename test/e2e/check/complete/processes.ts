import { type Actor, actorKey, type Command } from "./act.ts";
import type { Place } from "./names.ts";
import type { Call } from "./strace.ts";

/** A process of a strace log, with what it inherits and changes. */
export interface Traced {
  actor: Actor;
  parent: Traced | undefined;
  command: Command | undefined;
  cwd: Place;
  root: Place;
}

const forks = new Set(["clone", "clone3", "fork", "vfork"]);

/** Knows which process a thread number stands for, at each point of a log. */
export class Processes {
  readonly #current = new Map<number, Traced>();
  readonly #count = new Map<number, number>();
  /** Fork calls by the line on which they began: a child can act before its parent's call returns. */
  readonly #forks: Call[];
  #next = 0;
  /** Who forked whom, both as `actorKey`. */
  readonly parents = new Map<string, string>();
  readonly #start: Place;

  constructor(calls: Call[], start: Place) {
    this.#forks = calls.filter(({ name }) => forks.has(name)).sort((a, b) => a.begin - b.begin);
    this.#start = start;
  }

  /** The process that made a call, all forks that began before it returned being known. */
  of(call: Call): Traced {
    while (this.#next < this.#forks.length && this.#forks[this.#next]!.begin < call.end) {
      this.#fork(this.#forks[this.#next++]!);
    }
    return this.#current.get(call.thread) ?? this.#begin(call.thread, undefined);
  }

  end(call: Call): void {
    this.#current.delete(call.thread);
  }

  #fork(call: Call): void {
    const child = Number.parseInt(call.result, 10);
    const parent = this.#current.get(call.thread) ?? this.#begin(call.thread, undefined);
    if (call.args.some((arg) => arg.includes("CLONE_THREAD"))) this.#current.set(child, parent);
    else this.#begin(child, parent);
  }

  #begin(pid: number, parent: Traced | undefined): Traced {
    const incarnation = this.#count.get(pid) ?? 0;
    this.#count.set(pid, incarnation + 1);
    const process: Traced = {
      actor: { pid, incarnation },
      parent,
      command: parent?.command,
      cwd: parent?.cwd ?? this.#start,
      root: parent?.root ?? { outside: "" },
    };
    if (parent !== undefined) this.parents.set(actorKey(process.actor), actorKey(parent.actor));
    this.#current.set(pid, process);
    return process;
  }
}
