import { type Role, roleOf } from "./role.ts";

/** A directory at or below the build directory. */
export interface DirectoryNode {
  /** Its number in the recording. */
  readonly id: number;
  /** Its file handle: type and bytes, one character a byte. */
  readonly key: string;
  name: string;
  parent: DirectoryNode | undefined;
  /** What apt, dpkg and live-build use it for, by the names of it and the directories above as they are now. */
  readonly role: Role | undefined;
}

/**
 * The directories at and below the build directory, by file handle. A path is derived from the nodes when it
 * is needed and never stored, since live-build renames whole trees (`mv chroot chroot.tmp`).
 */
export class DirectoryTree {
  readonly root: DirectoryNode;
  readonly #byKey = new Map<string, DirectoryNode>();
  #last = 1;

  constructor(rootKey: string) {
    this.root = new Node(1, rootKey, "", undefined);
    this.#byKey.set(rootKey, this.root);
  }

  get(key: string): DirectoryNode | undefined {
    return this.#byKey.get(key);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Adds a directory; one that has the same handle already is taken for the same, and moved here. */
  add(key: string, parent: DirectoryNode, name: string): { node: DirectoryNode; isNew: boolean } {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      if (known.parent !== parent || known.name !== name) this.move(known, parent, name);
      return { node: known, isNew: false };
    }
    const node = new Node(++this.#last, key, name, parent);
    this.#byKey.set(key, node);
    return { node, isNew: true };
  }

  move(node: DirectoryNode, parent: DirectoryNode | undefined, name: string): void {
    if (node === this.root) return;
    node.parent = parent;
    node.name = name;
  }

  remove(node: DirectoryNode): void {
    if (node !== this.root) this.#byKey.delete(node.key);
  }

  /** The directory with this name in another. Looks at all of them: for rare questions. */
  child(directory: DirectoryNode, name: string): DirectoryNode | undefined {
    for (const node of this.#byKey.values()) if (node.parent === directory && node.name === name) return node;
    return undefined;
  }

  nodes(): Iterable<DirectoryNode> {
    return this.#byKey.values();
  }
}

class Node implements DirectoryNode {
  readonly id: number;
  readonly key: string;
  name: string;
  parent: DirectoryNode | undefined;

  constructor(id: number, key: string, name: string, parent: DirectoryNode | undefined) {
    this.id = id;
    this.key = key;
    this.name = name;
    this.parent = parent;
  }

  // Asked for each time: a directory above can be renamed, and most nodes fail at the first name compared.
  get role(): Role | undefined {
    return roleOf(this);
  }
}

/** The path below the build directory, '' for itself; undefined if the directory has left it. */
export function pathOf(node: DirectoryNode): string | undefined {
  const names: string[] = [];
  let at: DirectoryNode = node;
  // A rename cannot make a cycle (rename(2), EINVAL), but a lost event could: the bound keeps it harmless.
  for (let depth = 0; at.id !== 1; depth++) {
    if (at.parent === undefined || depth > 4096) return undefined;
    names.push(at.name);
    at = at.parent;
  }
  return names.reverse().join("/");
}
