import { type DirectoryEvent, type FileEvent, operation } from "../../proto/events.ts";
import { Directory, Item, isBelow, pathOf } from "./item.ts";
import { type Act, Names } from "./names.ts";
import { mark, type Operations, type Pasts } from "./operations.ts";
import { Stock } from "./stock.ts";

/** What the tree asks of the other models. */
export interface TreeContext {
  /** Index of the process with a number of this segment. */
  process(number: number): number;
  /** The directory that one just made by `process` is the copy of. */
  copySource(process: number, epoch: number, parent: Directory, name: string): Directory | undefined;
}

/** The bits of an event that say something of the file, and not of its name. */
const kept =
  operation.create |
  operation.write |
  operation.attributes |
  operation.found |
  operation.uncertain |
  operation.crossing;
/** What the kernel calls a file that has no name yet (O_TMPFILE of open(2), `d_mark_tmpfile`): linkat(2) may give it one. */
const nameless = /^#\d+$/;

/**
 * The file tree below the build directory, replayed from the recording's events in their order: at any point it
 * is what the file system was then, and every name knows what happened to it.
 */
export class FileTree {
  readonly top = new Directory(0, "", undefined);
  /** Events that refer to a directory which the recording does not define, or say what no file system does. */
  strays = 0;
  readonly #names: Names;
  readonly #context: TreeContext;
  #directories = new Map<number, Directory>();
  #segment = 0;
  /** While a later recorder takes stock. */
  #stock: Stock | undefined;
  /** What the last rename replaced: an exchange (RENAME_EXCHANGE of rename(2)) moves it in the next event. */
  #replaced: Item | undefined;

  constructor(operations: Operations, pasts: Pasts, context: TreeContext) {
    this.#names = new Names(operations, pasts);
    this.#context = context;
    this.top.links = 1;
  }

  /** Directories are numbered anew. After a gap, what the recorder finds is laid over what was there. */
  beginSegment(): void {
    this.#segment++;
    this.#directories = new Map([[1, this.top]]);
    this.#stock = this.#segment > 1 ? new Stock() : undefined;
  }

  /** The directory with a number of this segment. */
  directory(number: number): Directory | undefined {
    return this.#directories.get(number);
  }

  addDirectory(event: DirectoryEvent): void {
    const known = this.#directories.get(event.id);
    const parent = this.#directories.get(event.parent);
    if (known === this.top) return;
    if (parent === undefined) {
      this.strays++;
      return;
    }
    const item = known ?? this.#directoryFor(event, parent);
    this.#directories.set(event.id, item);
    this.#stock?.note(parent, event.name);
    if (parent.children.get(event.name) === item || isBelow(item, parent)) return;
    const bits = operation.found | this.#gap();
    this.#names.act(item, { time: event.time, bits, process: 0, epoch: 0 });
    this.#names.place(item, parent, event.name);
  }

  addFile(event: FileEvent): void {
    const { operations } = event;
    if (this.#stock !== undefined && (operations & operation.found) === 0) this.finishStock(event.time);
    if ((operations & operation.rename) !== 0) this.#rename(event);
    else if ((operations & operation.directory) !== 0) this.#changeDirectory(event);
    else this.#changeFile(event);
  }

  /** After a gap: what the new recorder has not found again went away meanwhile. */
  finishStock(time: number): void {
    const stock = this.#stock;
    if (stock === undefined) return;
    this.#stock = undefined;
    const act = { time, bits: operation.delete | mark.gap, process: 0, epoch: 0 };
    for (const { item, directory, name } of stock.missing(this.top)) {
      this.#names.remove(item, directory, name, act);
    }
  }

  #changeFile(event: FileEvent): void {
    const { name, operations, object } = event;
    const directory = this.#directories.get(event.directory);
    if (directory === undefined) {
      this.strays++;
      return;
    }
    if ((operations & operation.found) !== 0) this.#stock?.note(directory, name);
    const act = this.#act(event, operations & kept);
    const there = directory.children.get(name);
    const isSame = there !== undefined && !(there instanceof Directory) && sameObject(there, object);
    let item = isSame ? there : undefined;
    if (item === undefined && (operations & (operation.create | operation.found)) !== 0) {
      item = this.#create(event, directory, act);
    } else if (item !== undefined) {
      const isAgain = (operations & operation.found) !== 0 && item.history !== 0;
      if (act.bits !== 0 && !isAgain) this.#names.act(item, act);
    } else if ((operations & operation.delete) === 0) {
      this.#late(event, directory, act);
      return;
    }
    if ((operations & operation.delete) === 0) return;
    // The kernel merges what was done to one name: made and removed, or (a known one) removed and made again.
    if ((operations & operation.create) !== 0 && isSame) return;
    const removal = this.#removal(event);
    if (item !== undefined) this.#names.remove(item, directory, name, removal);
    else if (there === undefined && directory.past(name) === 0) {
      this.#names.actOnPast(directory, name, removal);
    }
  }

  #create({ name, object }: FileEvent, directory: Directory, act: Act): Item {
    const now = { ...act, bits: act.bits | this.#gap() };
    const linked = this.#names.object(object);
    if (linked !== undefined && !(linked instanceof Directory)) {
      this.#names.act(linked, now, name);
      this.#names.place(linked, directory, name);
      return linked;
    }
    const item = new Item(object);
    const copy = directory.copy?.process === act.process ? directory.copy : undefined;
    const original = copy?.source.children.get(name);
    if (copy === undefined || original === undefined || original instanceof Directory) {
      this.#names.act(item, now);
      this.#names.place(item, directory, name);
      return item;
    }
    this.#names.copy(item, original, { ...now, bits: now.bits | mark.copied });
    this.#names.place(item, directory, name);
    // What the name had been in the original belongs to the copy's story.
    if (directory.past(name) === 0) directory.setPast(name, copy.source.past(name));
    return item;
  }

  /** A write or change of attributes that no name told of before: of a file that was removed while open, or whose creation was lost. */
  #late(event: FileEvent, directory: Directory, act: Act): void {
    const { name, object } = event;
    const elsewhere = this.#names.object(object);
    if (elsewhere !== undefined) this.#names.act(elsewhere, act);
    else if (directory.children.has(name) || directory.past(name) !== 0) {
      this.#names.actOnPast(directory, name, act);
    } else if (object !== 0 && nameless.test(name)) {
      const item = new Item(object);
      this.#names.act(item, act);
      this.#names.keep(item);
    } else this.#create(event, directory, act);
  }

  #changeDirectory(event: FileEvent): void {
    const { name, operations, child } = event;
    const parent = this.#directories.get(event.directory);
    const isNew = (operations & operation.create) !== 0;
    let item = this.#directories.get(child) ?? (isNew ? undefined : asDirectory(parent?.children.get(name)));
    if (parent === undefined || (item === undefined && !isNew)) {
      this.strays++;
      return;
    }
    item ??= this.#numbered(new Directory(event.object, name, parent), child);
    const act = this.#act(event, operations & kept);
    const source = isNew ? this.#copySourceOf(parent, name, act) : undefined;
    if (source !== undefined) {
      this.#names.copy(item, source, { ...act, bits: act.bits | mark.copied });
      item.copy = { source, process: act.process, since: item.history };
    } else if (act.bits !== 0) this.#names.act(item, act);
    if (isNew && !isBelow(item, parent)) this.#names.place(item, parent, name);
    if ((operations & operation.delete) !== 0 && parent.children.get(name) === item) {
      this.#names.remove(item, parent, name, this.#removal(event));
    }
  }

  #rename(event: FileEvent): void {
    const { name, newName, operations } = event;
    const from = this.#directories.get(event.directory);
    const to = this.#directories.get(event.newDirectory);
    const item = this.#renamed(event, from, to);
    // rename(2) refuses to put a directory below itself: only a damaged recording says so.
    const isImpossible = to !== undefined && item instanceof Directory && isBelow(item, to);
    if ((from === undefined && to === undefined) || isImpossible) this.strays++;
    else if (item !== undefined && item !== this.top) {
      const act = this.#act(event, operation.rename | (operations & kept));
      const before = item.history;
      this.#names.act(item, act, from === undefined ? undefined : label(from, name, to));
      if (from?.children.get(name) === item) {
        const away = { ...act, bits: act.bits | mark.away };
        const detail = to === undefined ? undefined : label(to, newName, from);
        this.#names.leave(item, from, name, before, away, detail);
      }
      this.#replaced = to?.children.get(newName);
      if (to !== undefined) this.#names.place(item, to, newName);
      else if (item instanceof Directory) item.parent = undefined;
    }
  }

  #renamed(event: FileEvent, from: Directory | undefined, to: Directory | undefined): Item | undefined {
    const { name, newName, object, operations, child } = event;
    const there = from?.children.get(name);
    if ((operations & operation.directory) !== 0) {
      const known = this.#directories.get(child) ?? asDirectory(there);
      if (known !== undefined || to === undefined) return known;
      return this.#numbered(new Directory(object, newName, undefined), child);
    }
    if (there !== undefined && !(there instanceof Directory) && sameObject(there, object)) return there;
    if (object !== 0 && this.#replaced?.object === object) return this.#replaced;
    return this.#names.object(object) ?? (to === undefined ? undefined : new Item(object));
  }

  /** After a gap a directory is the same if its inode is; where only the name is, it was made anew. */
  #directoryFor(event: DirectoryEvent, parent: Directory): Directory {
    const there = asDirectory(parent.children.get(event.name));
    if (there !== undefined && sameObject(there, event.object)) return there;
    return (
      asDirectory(this.#names.object(event.object)) ?? new Directory(event.object, event.name, undefined)
    );
  }

  #copySourceOf(parent: Directory, name: string, { process, epoch }: Act): Directory | undefined {
    if (parent.copy?.process === process) return asDirectory(parent.copy.source.children.get(name));
    return this.#context.copySource(process, epoch, parent, name);
  }

  #numbered(item: Directory, number: number): Directory {
    if (number !== 0) this.#directories.set(number, item);
    return item;
  }

  #act({ time, process, epoch }: FileEvent, bits: number): Act {
    return { time, bits, process: this.#context.process(process), epoch };
  }

  #removal(event: FileEvent): Act {
    return this.#act(event, operation.delete | (event.operations & operation.uncertain));
  }

  #gap(): number {
    return this.#stock === undefined ? 0 : mark.gap;
  }
}

function asDirectory(item: Item | undefined): Directory | undefined {
  return item instanceof Directory ? item : undefined;
}

function sameObject(item: Item, object: number): boolean {
  return object === 0 || item.object === 0 || item.object === object;
}

/** The other name of a rename: with its path, if it is in another directory. */
function label(directory: Directory, name: string, other: Directory | undefined): string {
  if (directory === other) return name;
  const path = pathOf(directory);
  return `${path === "" ? "." : path}/${name}`;
}
