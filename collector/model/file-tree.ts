import { type DirectoryEvent, type FileEvent, operation } from "../../proto/events.ts";
import { type Copy, Directory, Item, isBelow } from "./item.ts";
import { mark, type Operations, type Pasts } from "./operations.ts";

/** What the tree asks of the other models. */
export interface TreeContext {
  /** Index of the process with a number of this segment. */
  process(number: number): number;
  /** The directory that one just made by `process` is the copy of. */
  copySource(process: number, epoch: number, parent: Directory, name: string): Directory | undefined;
}

const kinds = operation.create | operation.write | operation.attributes;
/** What the kernel calls a file that has no name yet (O_TMPFILE of open(2), `d_mark_tmpfile`): linkat(2) may give it one. */
const nameless = /^#\d+$/;
const kept = kinds | operation.found | operation.uncertain | operation.crossing;

/**
 * The file tree below the build directory, replayed from the recording's events in their order: at any point it
 * is what the file system was then, and every name knows what happened to it.
 */
export class FileTree {
  readonly top: Directory;
  /** Events that refer to a directory which the recording does not define. */
  strays = 0;
  readonly #operations: Operations;
  readonly #pasts: Pasts;
  readonly #context: TreeContext;
  readonly #objects = new Map<number, Item>();
  #directories = new Map<number, Directory>();
  #segment = 0;
  /** While a later recorder takes stock: the names it has found in each directory. */
  #found: Map<Directory, Set<string>> | undefined;
  /** What the last rename replaced: an exchange (RENAME_EXCHANGE of rename(2)) moves it in the next event. */
  #replaced: Item | undefined;

  constructor(operations: Operations, pasts: Pasts, context: TreeContext) {
    this.#operations = operations;
    this.#pasts = pasts;
    this.#context = context;
    this.top = new Directory(0, "", undefined);
    this.top.links = 1;
  }

  /** Directories are numbered anew. After a gap, what the recorder finds is laid over what was there. */
  beginSegment(): void {
    this.#segment++;
    this.#directories = new Map([[1, this.top]]);
    this.#found = this.#segment > 1 ? new Map() : undefined;
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
    this.#noteFound(parent, event.name);
    if (parent.children.get(event.name) === item || isBelow(item, parent)) return;
    const history = this.#add(event.time, operation.found | this.#gap(), 0, 0, item.history);
    item.history = history;
    this.#place(item, parent, event.name, history);
  }

  addFile(event: FileEvent): void {
    const { operations } = event;
    if (this.#found !== undefined && (operations & operation.found) === 0) this.finishScan(event.time);
    if ((operations & operation.rename) !== 0) this.#rename(event);
    else if ((operations & operation.directory) !== 0) this.#changeDirectory(event);
    else this.#changeFile(event);
  }

  /** After a gap: what the new recorder has not found again went away meanwhile. */
  finishScan(time: number): void {
    const found = this.#found;
    if (found === undefined) return;
    this.#found = undefined;
    const waiting = [this.top];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const names = found.get(at);
      for (const [name, item] of at.children) {
        if (names?.has(name) !== true) this.#remove(at, name, item, time, operation.delete | mark.gap, 0, 0);
        else if (item instanceof Directory) waiting.push(item);
      }
    }
  }

  #noteFound(directory: Directory, name: string): void {
    if (this.#found === undefined) return;
    const names = this.#found.get(directory);
    if (names === undefined) this.#found.set(directory, new Set([name]));
    else names.add(name);
  }

  #changeFile(event: FileEvent): void {
    const { name, operations, object, time, epoch } = event;
    const directory = this.#directories.get(event.directory);
    if (directory === undefined) {
      this.strays++;
      return;
    }
    const process = this.#context.process(event.process);
    if ((operations & operation.found) !== 0) this.#noteFound(directory, name);
    const there = directory.children.get(name);
    const isSame = there !== undefined && !(there instanceof Directory) && sameObject(there, object);
    let item: Item | undefined = isSame ? there : undefined;
    if (item === undefined && (operations & (operation.create | operation.found)) !== 0) {
      item = this.#create(event, directory, process);
    } else if (item !== undefined) {
      const bits = operations & kept;
      const again = (bits & operation.found) !== 0 && item.history !== 0;
      if (bits !== 0 && !again) item.history = this.#add(time, bits, process, epoch, item.history);
    } else if ((operations & operation.delete) === 0) {
      this.#late(event, directory, process);
      return;
    }
    if ((operations & operation.delete) === 0) return;
    // The kernel merges what was done to one name: made and removed, or (a known one) removed and made again.
    if ((operations & operation.create) !== 0 && isSame) return;
    if (item !== undefined) {
      this.#remove(
        directory,
        name,
        item,
        time,
        operation.delete | (operations & operation.uncertain),
        process,
        epoch,
      );
    } else if (there === undefined && !directory.pasts?.has(name)) {
      const past = this.#add(time, operation.delete, process, epoch, 0);
      directory.setPast(name, this.#pasts.add(past, 0));
    }
  }

  #create(event: FileEvent, directory: Directory, process: number): Item {
    const { name, time, epoch, object } = event;
    const bits = (event.operations & kept) | this.#gap();
    const known = object === 0 ? undefined : this.#objects.get(object);
    const linked = known !== undefined && !(known instanceof Directory);
    const item = linked ? known : new Item(object);
    const copy = directory.copy?.process === process ? directory.copy : undefined;
    const original = linked ? undefined : copy?.source.children.get(name);
    const isCopy = original !== undefined && !(original instanceof Directory);
    const previous = isCopy ? this.#operations.share(original.history) : item.history;
    item.history = this.#add(
      time,
      bits | (isCopy ? mark.copied : 0),
      process,
      epoch,
      previous,
      linked ? name : undefined,
    );
    this.#place(item, directory, name, item.history);
    if (copy !== undefined && isCopy) this.#copyPast(copy, directory, name);
    return item;
  }

  /** A write or change of attributes that no name told of before: of a file that was removed while open, or whose creation was lost. */
  #late(event: FileEvent, directory: Directory, process: number): void {
    const { name, time, epoch, object } = event;
    const bits = event.operations & kept;
    const elsewhere = object === 0 ? undefined : this.#objects.get(object);
    if (elsewhere !== undefined) {
      elsewhere.history = this.#add(time, bits, process, epoch, elsewhere.history);
    } else if (directory.children.has(name) || directory.pasts?.has(name)) {
      const [last] = this.#pasts.list(directory.past(name));
      const past = this.#add(time, bits, process, epoch, last ?? 0);
      directory.setPast(name, this.#pasts.add(past, directory.past(name)));
    } else if (object !== 0 && nameless.test(name)) {
      const item = new Item(object);
      item.history = this.#add(time, bits, process, epoch, 0);
      this.#objects.set(object, item);
    } else {
      this.#create(event, directory, process);
    }
  }

  #changeDirectory(event: FileEvent): void {
    const { name, operations, time, epoch, child } = event;
    const parent = this.#directories.get(event.directory);
    const process = this.#context.process(event.process);
    let item = child === 0 ? undefined : this.#directories.get(child);
    if (item === undefined && parent !== undefined && (operations & operation.create) !== 0) {
      item = new Directory(event.object, name, parent);
      if (child !== 0) this.#directories.set(child, item);
    }
    item ??= asDirectory(parent?.children.get(name));
    if (item === undefined || parent === undefined) {
      this.strays++;
      return;
    }
    const bits = operations & kept;
    const source =
      (operations & operation.create) === 0 ? undefined : this.#copySourceOf(parent, name, process, epoch);
    if (bits !== 0) {
      const previous = source === undefined ? item.history : this.#operations.share(source.history);
      const copied = source === undefined ? 0 : mark.copied;
      item.history = this.#add(time, bits | copied, process, epoch, previous);
    }
    if (source !== undefined) item.copy = { source, process, since: item.history };
    if ((operations & operation.create) !== 0 && !isBelow(item, parent)) {
      this.#place(item, parent, name, item.history);
    }
    if ((operations & operation.delete) === 0 || item === this.top) return;
    if (parent.children.get(name) === item) {
      this.#remove(
        parent,
        name,
        item,
        time,
        operation.delete | (operations & operation.uncertain),
        process,
        epoch,
      );
    }
  }

  #rename(event: FileEvent): void {
    const { name, newName, time, epoch, operations } = event;
    const from = this.#directories.get(event.directory);
    const to = this.#directories.get(event.newDirectory);
    if (from === undefined && to === undefined) {
      this.strays++;
      return;
    }
    const item = this.#renamed(event, from, to);
    if (item === undefined || item === this.top) return;
    const process = this.#context.process(event.process);
    const bits = operation.rename | (operations & kept);
    const isHere = from?.children.get(name) === item;
    const old = from === undefined ? undefined : this.#label(from, name, to);
    if (to !== undefined && item instanceof Directory && isBelow(item, to)) {
      this.strays++; // rename(2) refuses it: only a damaged recording says so
      return;
    }
    const before = item.history;
    item.history = this.#add(time, bits, process, epoch, before, old);
    if (isHere && from !== undefined) {
      const detail = to === undefined ? undefined : this.#label(to, newName, from);
      const left = this.#add(time, mark.away | bits, process, epoch, this.#operations.share(before), detail);
      this.#leave(from, name, item, left);
    }
    this.#replaced = undefined;
    if (to === undefined) {
      if (item instanceof Directory) item.parent = undefined;
      return;
    }
    this.#replaced = to.children.get(newName);
    this.#place(item, to, newName, item.history);
  }

  #renamed(event: FileEvent, from: Directory | undefined, to: Directory | undefined): Item | undefined {
    const { name, newName, object, operations, child } = event;
    const there = from?.children.get(name);
    if ((operations & operation.directory) !== 0) {
      const known = this.#directories.get(child) ?? asDirectory(there);
      if (known !== undefined || to === undefined) return known;
      const made = new Directory(object, newName, undefined);
      if (child !== 0) this.#directories.set(child, made);
      return made;
    }
    if (there !== undefined && !(there instanceof Directory) && sameObject(there, object)) return there;
    const replaced = this.#replaced;
    if (replaced !== undefined && object !== 0 && replaced.object === object) return replaced;
    if (object !== 0) return this.#objects.get(object) ?? new Item(object);
    return there ?? (to === undefined ? undefined : new Item(0));
  }

  /** Gives `item` a name, in the place of what had it. */
  #place(item: Item, directory: Directory, name: string, since: number): void {
    const there = directory.children.get(name);
    if (there === item) return;
    if (there !== undefined) {
      const past = this.#pasts.add(this.#operations.share(there.history), directory.past(name));
      directory.setPast(name, past);
      this.#unlink(there);
      if (there instanceof Directory) this.#bury(directory, name, there);
    }
    if (item instanceof Directory) {
      const { parent } = item;
      if (parent !== undefined && parent.children.get(item.name) === item) {
        this.#leave(parent, item.name, item, since); // moved while no event told of it
      }
      item.parent = directory;
      item.name = name;
      const grave = directory.graves?.get(name);
      if (grave !== undefined && item.children.size === 0 && item.pasts === undefined) {
        directory.graves?.delete(name);
        if (grave !== item) inherit(item, grave);
      }
    }
    item.links++;
    if (item.object !== 0) this.#objects.set(item.object, item);
    directory.children.set(name, item);
  }

  #remove(
    directory: Directory,
    name: string,
    item: Item,
    time: number,
    bits: number,
    process: number,
    epoch: number,
  ): void {
    const past = this.#add(time, bits, process, epoch, this.#operations.share(item.history));
    this.#leave(directory, name, item, past);
    if (item instanceof Directory) this.#bury(directory, name, item);
  }

  /** `item` does not have this name any more; `past` is the history that ends here. */
  #leave(directory: Directory, name: string, item: Item, past: number): void {
    directory.children.delete(name);
    directory.setPast(name, this.#pasts.add(this.#operations.share(past), directory.past(name)));
    this.#unlink(item);
  }

  #unlink(item: Item): void {
    item.links--;
    if (item.links <= 0 && item.object !== 0 && this.#objects.get(item.object) === item) {
      this.#objects.delete(item.object);
    }
  }

  #bury(directory: Directory, name: string, item: Directory): void {
    item.parent = undefined;
    if (item.pasts === undefined && item.graves === undefined && item.children.size === 0) return;
    directory.graves ??= new Map();
    const older = directory.graves.get(name);
    if (older !== undefined) inherit(item, older);
    directory.graves.set(name, item);
  }

  /** After a gap a directory is the same if its inode is; where only the name is, it was made anew. */
  #directoryFor(event: DirectoryEvent, parent: Directory): Directory {
    const there = asDirectory(parent.children.get(event.name));
    if (there !== undefined && sameObject(there, event.object)) return there;
    const moved = event.object === 0 ? undefined : asDirectory(this.#objects.get(event.object));
    return moved ?? new Directory(event.object, event.name, undefined);
  }

  #copySourceOf(parent: Directory, name: string, process: number, epoch: number): Directory | undefined {
    if (parent.copy?.process === process) return asDirectory(parent.copy.source.children.get(name));
    return this.#context.copySource(process, epoch, parent, name);
  }

  /** What a name had been in the original before it was copied belongs to the copy's story. */
  #copyPast(copy: Copy, directory: Directory, name: string): void {
    if (directory.pasts?.has(name)) return;
    directory.setPast(name, copy.source.past(name));
  }

  /** The other name of a rename: its path, if it is in another directory. */
  #label(directory: Directory, name: string, other: Directory | undefined): string {
    if (directory === other) return name;
    const names = [name];
    for (
      let at: Directory | undefined = directory;
      at?.parent !== undefined && names.length < 4096;
      at = at.parent
    ) {
      names.push(at.name);
    }
    return names.length === 1 ? `./${name}` : names.reverse().join("/");
  }

  #gap(): number {
    return this.#found !== undefined ? mark.gap : 0;
  }

  #add(
    time: number,
    bits: number,
    process: number,
    epoch: number,
    previous: number,
    detail?: string,
  ): number {
    return this.#operations.add(time, bits, process, epoch, previous, detail);
  }
}

function asDirectory(item: Item | undefined): Directory | undefined {
  return item instanceof Directory ? item : undefined;
}

function sameObject(item: Item, object: number): boolean {
  return object === 0 || item.object === 0 || item.object === object;
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
