import type { Act } from "./act.ts";

/** Where files were before and came to be after, by the renames that a witness saw. */
export class PathHistory {
  readonly #renames: { at: number; from: string; to: string }[] = [];

  /** @param acts in the order in which they happened. */
  constructor(acts: readonly Act[]) {
    for (const [at, { kind, path, to }] of acts.entries()) {
      if (kind === "rename") this.#renames.push({ at, from: path, to });
    }
  }

  /**
   * The paths that the file of an act had before a directory above it was renamed: when one process changes a
   * file before and after that, the kernel can tell of both at once, as of the first.
   */
  before(at: number, path: string): string[] {
    const paths: string[] = [];
    for (const { from, to } of this.#renames.filter((rename) => rename.at < at).reverse()) {
      if (!path.startsWith(`${to}/`)) continue;
      path = from + path.slice(to.length);
      if (path.startsWith("/")) paths.push(path);
    }
    return paths;
  }

  /** The paths that the file of an act came to have: one that is open is written when it is closed. */
  after(at: number, path: string): string[] {
    const paths: string[] = [];
    for (const { from, to } of this.#renames.filter((rename) => rename.at > at)) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      path = to + path.slice(from.length);
      if (path.startsWith("/")) paths.push(path);
    }
    return paths;
  }
}
