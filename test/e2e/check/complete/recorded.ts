import { type Event, type FileEvent, operation } from "../../../../proto/events.ts";
import { readRecording } from "../../../../proto/recording.ts";
import {
  type Act,
  type ActKind,
  type Actor,
  actorKey,
  type Command,
  type Exec,
  type Testimony,
} from "./act.ts";
import { Standing } from "./standing.ts";

/** What a recording says, replayed here by the rules of isotrace.proto and by no code of the product's. */
export interface Recorded extends Testimony {
  /** Acts whose writer the recording does not know, or gives as a guess. */
  unknown: number;
  uncertain: number;
  losses: { what: string; count: number; detail: string }[];
  damage: string[];
  segments: number;
  ended: boolean;
  fileEvents: number;
  /** What stands in the end, as paths from the observed directory. */
  paths: Set<string>;
}

export function readActs(path: string): Recorded {
  const replay = new Replay();
  const damage: string[] = [];
  for (const item of readRecording(path)) {
    if (item.kind === "damage") damage.push(item.because);
    else for (const event of item.events) replay.event(event);
  }
  return { ...replay.result(), damage };
}

interface Process {
  pid: number;
  start: number;
  parent: number;
  parentEpoch: number;
  outside: boolean;
  commands: Map<number, Command>;
}
interface Directory {
  parent: number;
  name: string;
}
interface PendingAct extends Omit<Act, "actor" | "command"> {
  process: number;
  epoch: number;
}

class Replay {
  readonly #processes = new Map<number, Process>();
  readonly #directories = new Map<number, Directory>([[1, { parent: 0, name: "" }]]);
  readonly #acts: PendingAct[] = [];
  readonly #execs: { process: number; command: Command }[] = [];
  readonly #losses: Recorded["losses"] = [];
  readonly #standing = new Standing();
  #uncertain = 0;
  #segments = 0;
  #ended = false;
  #fileEvents = 0;

  event(event: Event): void {
    switch (event.kind) {
      case "segment":
        this.#segments++;
        return;
      case "process":
        this.#processes.set(event.id, { ...event, commands: new Map() });
        return;
      case "exec": {
        const command: Command = {
          filename: Buffer.from(event.filename).toString("latin1"),
          argv: Buffer.from(event.argv).toString("latin1").replace(/\0$/, ""),
        };
        this.#processes.get(event.process)?.commands.set(event.epoch, command);
        if (!event.restored) this.#execs.push({ process: event.process, command });
        return;
      }
      case "directory":
        this.#directories.set(event.id, { parent: event.parent, name: event.name });
        this.#standing.directory(event.id, event.parent, event.name);
        return;
      case "file":
        this.#fileEvents++;
        this.#standing.event(event);
        this.#file(event);
        return;
      case "loss":
        this.#losses.push({ what: event.what, count: event.count, detail: event.detail });
        return;
      case "end":
        this.#ended = true;
        return;
      default:
        return; // of no matter to what processes did to names
    }
  }

  result(): Omit<Recorded, "damage"> {
    const actors = this.#actors();
    const nobody: Actor = { pid: 0, incarnation: 0 };
    const acts = this.#acts.map(({ process, epoch, ...act }) => ({
      ...act,
      actor: actors.get(process) ?? nobody,
      command: this.#commandOf(process, epoch),
    }));
    const execs: Exec[] = this.#execs.map(({ process, command }) => ({
      actor: actors.get(process) ?? nobody,
      command,
    }));
    const parents = new Map<string, string>();
    for (const [id, { parent }] of this.#processes) {
      const [child, above] = [actors.get(id), actors.get(parent)];
      if (child && above) parents.set(actorKey(child), actorKey(above));
    }
    return {
      acts,
      execs,
      parents,
      unknown: acts.filter(({ actor }) => actor === nobody).length,
      uncertain: this.#uncertain,
      losses: this.#losses,
      segments: this.#segments,
      ended: this.#ended,
      fileEvents: this.#fileEvents,
      paths: this.#standing.paths(),
    };
  }

  /** Processes that had the same pid are told apart by their order. */
  #actors(): Map<number, Actor> {
    const actors = new Map<number, Actor>();
    const count = new Map<number, number>();
    const inOrder = [...this.#processes].sort(([, a], [, b]) => a.start - b.start);
    for (const [id, { pid, outside }] of inOrder) {
      if (outside) continue;
      const incarnation = count.get(pid) ?? 0;
      count.set(pid, incarnation + 1);
      actors.set(id, { pid, incarnation });
    }
    return actors;
  }

  #commandOf(id: number, epoch: number): Command | undefined {
    const process = this.#processes.get(id);
    if (process === undefined) return undefined;
    return epoch > 0 ? process.commands.get(epoch) : this.#commandOf(process.parent, process.parentEpoch);
  }

  #file(event: FileEvent): void {
    const { operations } = event;
    const isGuess = (operations & operation.uncertain) !== 0;
    if (isGuess) this.#uncertain++;
    if ((operations & operation.found) !== 0) {
      this.#directoryMoves(event);
      return;
    }
    const path = this.#path(event.directory, event.name);
    const act = (kind: ActKind, to = "") =>
      this.#acts.push({ kind, path, to, process: event.process, epoch: event.epoch, isGuess });
    if ((operations & operation.rename) !== 0) act("rename", this.#path(event.newDirectory, event.newName));
    if ((operations & operation.create) !== 0) act("create");
    if ((operations & operation.write) !== 0) act("write");
    if ((operations & operation.attributes) !== 0) act("attributes");
    if ((operations & operation.delete) !== 0) act("delete");
    this.#directoryMoves(event);
  }

  #directoryMoves({ operations, child, directory, name, newDirectory, newName }: FileEvent): void {
    if (child === 0 || (operations & operation.directory) === 0) return;
    if ((operations & operation.rename) !== 0) {
      this.#directories.set(child, { parent: newDirectory, name: newName });
    } else if ((operations & operation.create) !== 0) {
      this.#directories.set(child, { parent: directory, name });
    }
  }

  #path(directory: number, name: string): string {
    if (directory === 0) return "@";
    let path = `/${name}`;
    for (let id = directory; id !== 1; ) {
      const node = this.#directories.get(id);
      if (node === undefined) return `(directory ${id})${path}`;
      path = `/${node.name}${path}`;
      id = node.parent;
      if (id === 0) return `(outside)${path}`;
    }
    return path;
  }
}
