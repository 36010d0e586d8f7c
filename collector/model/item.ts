/** What a name in a directory refers to: an inode, with its history. */
export class Item {
  /** Number of the inode in the recording; 0 if it is not known. */
  readonly object: number;
  /** Last operation on it: `Operations`. */
  history = 0;
  /** How many names it has. */
  links = 0;

  constructor(object: number) {
    this.object = object;
  }
}

/** A directory. Paths are derived from these when they are needed, since whole trees are renamed. */
export class Directory extends Item {
  /** Its name, a byte string. */
  name: string;
  parent: Directory | undefined;
  readonly children = new Map<string, Item>();
  /** Of each name that once referred to something else than it does now: `Pasts`. */
  pasts: Map<string, number> | undefined;
  /** Directories that were removed, by their last name: what was in them is asked for, too. */
  graves: Map<string, Directory> | undefined;
  copy: Copy | undefined;

  constructor(object: number, name: string, parent: Directory | undefined) {
    super(object);
    this.name = name;
    this.parent = parent;
  }

  past(name: string): number {
    return this.pasts?.get(name) ?? 0;
  }

  setPast(name: string, list: number): void {
    if (list === 0) return;
    this.pasts ??= new Map();
    this.pasts.set(name, list);
  }
}

/** A directory was made by copying another one (`cp -a`). */
export interface Copy {
  readonly source: Directory;
  /** Index of the process that copies. */
  readonly process: number;
  /** The operation that made the copy: the source's later ones do not concern it. */
  readonly since: number;
}

/** No path of Linux has more names (PATH_MAX is 4096); a damaged recording could have a cycle. */
const deepest = 4096;

/** The names from `top` (not named itself) down to a directory; undefined if it is not below `top`. */
export function namesBelow(top: Directory, directory: Directory): string[] | undefined {
  const names: string[] = [];
  for (let at: Directory | undefined = directory; at !== top; at = at.parent) {
    if (at === undefined || names.length > deepest) return undefined;
    names.push(at.name);
  }
  return names.reverse();
}

/** The path of a directory, as far up as is known; "" for the build directory. */
export function pathOf(directory: Directory): string {
  const names: string[] = [];
  let at: Directory | undefined = directory;
  for (; at?.parent !== undefined && names.length < deepest; at = at.parent) names.push(at.name);
  return names.reverse().join("/");
}

/** Whether `directory` is `top` or below it; true as well for one that is too deep to tell. */
export function isBelow(top: Directory, directory: Directory): boolean {
  let depth = 0;
  for (let at: Directory | undefined = directory; at !== undefined; at = at.parent) {
    if (at === top || depth++ > deepest) return true;
  }
  return false;
}

/** The directory at a path of names below `top`. */
export function directoryAt(top: Directory, names: readonly string[]): Directory | undefined {
  let at: Directory = top;
  for (const name of names) {
    const next = at.children.get(name);
    if (!(next instanceof Directory)) return undefined;
    at = next;
  }
  return at;
}
