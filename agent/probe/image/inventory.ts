import type { FoundEntry } from "./entry.ts";

/** More paths, or bytes of names and attributes, than any live image has: an image beyond is not read further. */
export const pathLimit = 2_000_000;
export const textLimit = 512 << 20;

export class InventoryError extends Error {
  override readonly name = "InventoryError";
}

/** The paths of an image as they are found, in bounded memory. */
export class Inventory {
  readonly #entries: FoundEntry[] = [];
  #bytes = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** @throws InventoryError beyond the bounds. */
  add(entry: FoundEntry): void {
    this.#bytes += entry.path.length + entry.target.length;
    for (const { name, value } of entry.xattrs) this.#bytes += name.length + value.length;
    if (this.#entries.length >= pathLimit)
      throw new InventoryError(`the image holds more than ${pathLimit} paths: no more are read`);
    if (this.#bytes > textLimit)
      throw new InventoryError(
        `the image's names and attributes exceed ${textLimit} bytes: no more are read`,
      );
    this.#entries.push(entry);
  }

  /** All entries in byte order of their paths, hard links numbered. A path is there once. */
  sorted(): FoundEntry[] {
    const sorted = this.#entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return sorted.filter((entry, i) => {
      const before = sorted[i - 1];
      if (before?.path !== entry.path) return true;
      before.problem ||= "the image names this path more than once";
      return false;
    });
  }
}

/** Links of a directory as file systems count them: its name, its own ".", and ".." of each directory in it. */
export function directoryLinks(entries: readonly FoundEntry[]): Map<string, number> {
  const links = new Map<string, number>();
  for (const { path, type } of entries) {
    if (type !== "directory") continue;
    links.set(path, links.get(path) ?? 2);
    if (path === "/") continue;
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    links.set(parent, (links.get(parent) ?? 2) + 1);
  }
  return links;
}
