/** A directory, a file or a link in a {@link NameTree}. */
export interface Name {
  name: string;
  parent: Name | undefined;
  children: Map<string, Name>;
  /** Of a symbolic link. */
  target: string | undefined;
  /** Another file system is mounted on it: nothing below belongs to the tree. */
  mounted: boolean;
}

/** Where a process stands: in the observed tree, or outside of it by path. */
export type Place = { inside: Name } | { outside: string };

/** An entry that a path leads to; `entry` is undefined if there is none of that name yet. */
export interface Found {
  directory: Name;
  name: string;
  entry: Name | undefined;
}

const mostLinks = 40; // path_resolution(7)

/** The names below one directory, as an outside observer of the system calls knows them. */
export class NameTree {
  readonly #path: string;
  readonly root = newName("", undefined);

  /** @param path of the directory: absolute, without symlinks. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The entry that a path leads to, followed as the kernel does (path_resolution(7)).
   * Undefined: it leads out of the tree, to its top, or onto another file system.
   */
  find(path: string, from: Place, root: Place, followLast: boolean): Found | undefined {
    const { place, last } = this.#follow(path, from, root, followLast);
    if (last !== undefined) return last;
    if (place === undefined || !("inside" in place)) return undefined;
    const { inside } = place;
    if (inside.parent === undefined || inside.mounted) return undefined;
    return { directory: inside.parent, name: inside.name, entry: inside };
  }

  /** The directory that a path leads to. */
  walk(path: string, from: Place, root: Place): Place {
    const { place, last } = this.#follow(path, from, root, true);
    return last === undefined
      ? (place ?? from)
      : { inside: last.entry ?? this.add(last.directory, last.name) };
  }

  #follow(
    path: string,
    from: Place,
    root: Place,
    followLast: boolean,
  ): { place?: Place; last?: Found | undefined } {
    let place = path.startsWith("/") ? root : from;
    const left = partsOf(path);
    let links = 0;
    let last: Found | undefined;
    while (left.length > 0) {
      const part = left.shift()!;
      last = undefined;
      if ("outside" in place) {
        place = this.place(part === ".." ? parentPath(place.outside) : `${place.outside}/${part}`);
        continue;
      }
      const { inside }: { inside: Name } = place;
      if (inside.mounted) return {};
      if (part === "..") {
        place = this.#above(inside, root);
        continue;
      }
      const entry: Name | undefined = inside.children.get(part);
      if (entry?.target !== undefined && (left.length > 0 || followLast)) {
        if (++links > mostLinks) return {};
        left.unshift(...partsOf(entry.target));
        if (entry.target.startsWith("/")) place = root;
        continue;
      }
      last = { directory: inside, name: part, entry };
      // What succeeded must have existed: a name that was not seen being made is taken as a directory.
      if (left.length > 0 || entry !== undefined) place = { inside: entry ?? this.add(inside, part) };
    }
    return { place, last };
  }

  /** The place of an absolute path of the host that holds no symlink. */
  place(path: string): Place {
    if (path !== this.#path && !path.startsWith(`${this.#path}/`)) return { outside: path };
    let name = this.root;
    for (const part of path.slice(this.#path.length).split("/")) {
      if (part !== "") name = name.children.get(part) ?? this.add(name, part);
    }
    return { inside: name };
  }

  add(directory: Name, name: string, target?: string): Name {
    const added = newName(name, directory, target);
    directory.children.set(name, added);
    return added;
  }

  remove({ directory, name }: Found): void {
    directory.children.delete(name);
  }

  move(from: Found, to: Found): void {
    const entry = from.entry ?? this.add(from.directory, from.name);
    from.directory.children.delete(from.name);
    this.#put(entry, to);
  }

  exchange(a: Found, b: Found): void {
    const first = a.entry ?? this.add(a.directory, a.name);
    const second = b.entry ?? this.add(b.directory, b.name);
    this.#put(first, b);
    this.#put(second, a);
  }

  #put(entry: Name, { directory, name }: Found): void {
    entry.parent = directory;
    entry.name = name;
    directory.children.set(name, entry);
  }

  #above(name: Name, root: Place): Place {
    if ("inside" in root && root.inside === name) return root;
    return name.parent === undefined ? { outside: parentPath(this.#path) } : { inside: name.parent };
  }
}

/** The path of a name from the top of its tree; a name in a directory: `pathOf(directory)` and it. */
export function pathOf(name: Name): string {
  return name.parent === undefined ? "" : `${pathOf(name.parent)}/${name.name}`;
}

function newName(name: string, parent: Name | undefined, target?: string): Name {
  return { name, parent, children: new Map(), target, mounted: false };
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function parentPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
