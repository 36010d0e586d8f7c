import type { DirectoryNode } from "./tree.ts";

/** Directories kept after their removal. What is older than the youngest so many is of no use any more. */
const generation = 4096;

/** Directories that were removed a short while ago, for events in them that the kernel's queue holds behind the removal. */
export class Graveyard {
  #young = new Map<string, DirectoryNode>();
  #old = new Map<string, DirectoryNode>();

  add(node: DirectoryNode): void {
    if (this.#young.size >= generation) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(node.key, node);
  }

  get(key: string): DirectoryNode | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }
}
