import type { Build } from "../../model/build.ts";
import { commandOf, type Process, parentOf } from "../../model/process.ts";
import { type Download, isBoundary } from "./downloads.ts";

/** Who can have written what a download brought, likeliest first. */
export const actorKinds = ["itself", "pipe", "shell"] as const;
export type Actor = (typeof actorKinds)[number];

export interface ActsFor {
  /** Index of the download. */
  readonly download: number;
  readonly by: Actor;
}

/** A process from an epoch on, with all that it starts then; or only itself, where it runs much else. */
interface Act extends ActsFor {
  readonly process: number;
  readonly epoch: number;
  readonly isAlone: boolean;
}

const nobody: readonly ActsFor[] = [];

/** Which downloads each process acts for. */
export class Actors {
  readonly #build: Build;
  readonly #children: ReadonlyMap<Process, readonly Process[]>;
  readonly #downloaders: ReadonlySet<number>;
  readonly #acts = new Map<number, Act[]>();
  /** By process: the downloads that those above it act for. */
  readonly #above = new Map<number, readonly ActsFor[]>();

  constructor(build: Build, downloads: readonly Download[]) {
    this.#build = build;
    this.#children = childrenOf(build);
    this.#downloaders = new Set(downloads.map(({ process }) => process));
    for (const [i, download] of downloads.entries()) {
      for (const act of this.#actsOf(i, download)) {
        const known = this.#acts.get(act.process);
        if (known === undefined) this.#acts.set(act.process, [act]);
        else known.push(act);
      }
    }
  }

  of(process: number, epoch: number): readonly ActsFor[] {
    const own = this.#own(process, epoch, false);
    if (own.length > 0) return own;
    const passed: number[] = [];
    let found = nobody;
    for (let at = this.#build.processes.all[process]; at !== undefined; ) {
      const known = this.#above.get(at.index);
      if (known !== undefined) {
        found = known;
        break;
      }
      this.#above.set(at.index, nobody); // a damaged recording could have a cycle
      passed.push(at.index);
      const { parent, epoch: parentEpoch } = parentOf(at);
      found = parent === undefined ? nobody : this.#own(parent.index, parentEpoch, true);
      if (found.length > 0) break;
      at = parent;
    }
    for (const index of passed) this.#above.set(index, found);
    return found;
  }

  #own(process: number, epoch: number, isOfChild: boolean): readonly ActsFor[] {
    const acts = this.#acts.get(process);
    if (acts === undefined) return nobody;
    // Epoch 0 of a child that a shell forked for it: it opens what the output is redirected to.
    return acts.filter((act) =>
      isOfChild ? epoch >= act.epoch && !act.isAlone : epoch >= act.epoch || epoch === 0,
    );
  }

  *#actsOf(i: number, { process, epoch, command, time }: Download): Generator<Act> {
    const isAlone = command !== undefined && isBoundary(command);
    yield { download: i, by: "itself", process, epoch, isAlone };
    const elements = this.#elements(process);
    for (const { index } of this.#readers(elements, time)) {
      yield { download: i, by: "pipe", process: index, epoch: 0, isAlone: false };
    }
    // `x=$(curl ...)`: a subshell reads it, and the shell itself does something with it.
    const subshell = elements.at(-1);
    if (subshell?.parent === undefined || subshell.index === process) return;
    if (commandOf(subshell.parent, subshell.parentEpoch) === undefined) return;
    const { parent, parentEpoch } = subshell;
    yield { download: i, by: "shell", process: parent.index, epoch: parentEpoch, isAlone: true };
  }

  /**
   * What a shell started beside a process before that had connected: the other end of its pipe. In a sequence of
   * commands the next is started when the one before has ended.
   */
  *#readers(elements: readonly Process[], time: number): Generator<Process> {
    for (const { parent, start } of elements) {
      for (const other of parent === undefined ? [] : (this.#children.get(parent) ?? [])) {
        const isBeside = other.start > start && other.start / 1000 < time;
        if (isBeside && !this.#downloaders.has(other.index)) yield other;
      }
    }
  }

  /** A process, and the subshells around it: children that have not called exec. */
  #elements(process: number): Process[] {
    const found: Process[] = [];
    let at = this.#build.processes.all[process];
    while (at !== undefined && found.length < mostSubshells) {
      found.push(at);
      at = at.parent?.commands.length === 0 ? at.parent : undefined;
    }
    return found;
  }
}

const mostSubshells = 100;

function childrenOf(build: Build): Map<Process, Process[]> {
  const children = new Map<Process, Process[]>();
  for (const process of build.processes.all) {
    if (process?.parent === undefined) continue;
    const list = children.get(process.parent);
    if (list === undefined) children.set(process.parent, [process]);
    else list.push(process);
  }
  return children;
}
