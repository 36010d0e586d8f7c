import { Directory, type Item } from "./item.ts";
import type { Operations, Pasts } from "./operations.ts";

/** What is done, when and by whom: bits of `operation` and `mark`; the process is an index of the build's table. */
export interface Act {
  readonly time: number;
  readonly bits: number;
  readonly process: number;
  readonly epoch: number;
}

/** Which names refer to what: gives and takes names, and remembers what each name referred to before. */
export class Names {
  readonly #operations: Operations;
  readonly #pasts: Pasts;
  readonly #objects = new Map<number, Item>();

  constructor(operations: Operations, pasts: Pasts) {
    this.#operations = operations;
    this.#pasts = pasts;
  }

  /** The inode of this number, while it has a name. */
  object(object: number): Item | undefined {
    return object === 0 ? undefined : this.#objects.get(object);
  }

  /** Keeps an inode that has no name yet. */
  keep(item: Item): void {
    if (item.object !== 0) this.#objects.set(item.object, item);
  }

  /** Adds an act to an item's history. @param detail the other name of a rename or link. */
  act(item: Item, { time, bits, process, epoch }: Act, detail?: string): void {
    item.history = this.#operations.add(time, bits, process, epoch, item.history, detail);
  }

  /** Adds an act to an item, whose earlier history is that of its original. */
  copy(item: Item, original: Item, { time, bits, process, epoch }: Act): void {
    const previous = this.#operations.share(original.history);
    item.history = this.#operations.add(time, bits, process, epoch, previous);
  }

  /** Gives `item` a name, in the place of what had it. A directory loses the name it had before. */
  place(item: Item, directory: Directory, name: string): void {
    const there = directory.children.get(name);
    if (there === item) return;
    if (there !== undefined) {
      this.#remember(directory, name, there.history);
      this.#unlink(there);
      if (there instanceof Directory) bury(directory, name, there);
    }
    if (item instanceof Directory) this.#moveDirectory(item, directory, name);
    item.links++;
    this.keep(item);
    directory.children.set(name, item);
  }

  /** Takes a name away by an act, after the history `before` of what had it. */
  leave(item: Item, directory: Directory, name: string, before: number, act: Act, detail?: string): void {
    const { time, bits, process, epoch } = act;
    const past = this.#operations.add(time, bits, process, epoch, this.#operations.share(before), detail);
    directory.children.delete(name);
    this.#remember(directory, name, past);
    this.#unlink(item);
  }

  remove(item: Item, directory: Directory, name: string, act: Act): void {
    this.leave(item, directory, name, item.history, act);
    if (item instanceof Directory) bury(directory, name, item);
  }

  /** An act on what had this name before: nothing that exists is changed by it. */
  actOnPast(directory: Directory, name: string, { time, bits, process, epoch }: Act): void {
    const [last = 0] = this.#pasts.list(directory.past(name));
    this.#remember(directory, name, this.#operations.add(time, bits, process, epoch, last));
  }

  #moveDirectory(item: Directory, directory: Directory, name: string): void {
    const { parent } = item;
    if (parent !== undefined && parent.children.get(item.name) === item) {
      parent.children.delete(item.name); // moved while no event told of it
      this.#remember(parent, item.name, item.history);
      this.#unlink(item);
    }
    item.parent = directory;
    item.name = name;
    const grave = directory.graves?.get(name);
    if (grave === undefined || item.children.size > 0 || item.pasts !== undefined) return;
    directory.graves?.delete(name);
    if (grave !== item) inherit(item, grave);
  }

  #remember(directory: Directory, name: string, history: number): void {
    directory.setPast(name, this.#pasts.add(this.#operations.share(history), directory.past(name)));
  }

  #unlink(item: Item): void {
    item.links--;
    if (item.links <= 0 && this.object(item.object) === item) this.#objects.delete(item.object);
  }
}

/** A directory that was removed stays under its last name: what was in it may be asked for. */
function bury(directory: Directory, name: string, item: Directory): void {
  item.parent = undefined;
  if (item.pasts === undefined && item.graves === undefined && item.children.size === 0) return;
  directory.graves ??= new Map();
  const older = directory.graves.get(name);
  if (older !== undefined && older !== item) inherit(item, older);
  directory.graves.set(name, item);
}

/** `heir` stands where `grave` stood: what is remembered there becomes its own, the smaller part put into the larger. */
function inherit(heir: Directory, grave: Directory): void {
  heir.pasts = union(heir.pasts, grave.pasts);
  heir.graves = union(heir.graves, grave.graves);
}

function union<T>(
  stronger: Map<string, T> | undefined,
  weaker: Map<string, T> | undefined,
): Map<string, T> | undefined {
  if (stronger === undefined || weaker === undefined) return stronger ?? weaker;
  if (stronger.size >= weaker.size) {
    for (const [name, value] of weaker) if (!stronger.has(name)) stronger.set(name, value);
    return stronger;
  }
  for (const [name, value] of stronger) weaker.set(name, value);
  return weaker;
}
