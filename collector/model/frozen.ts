import { Directory } from "./item.ts";
import type { Pasts } from "./operations.ts";

/** What a path is known by: the history of what is there, 0 if nothing is, and those of what was there before. */
export interface PathHistory {
  readonly history: number;
  readonly past: number;
}

const unknown: PathHistory = { history: 0, past: 0 };

/** The paths below one directory, and what is known of them, at one moment. Paths are absolute byte strings. */
export class FrozenTree {
  readonly #index = new Map<string, number>();
  readonly #histories: number[] = [];
  readonly #pasts: number[] = [];
  readonly #present: boolean[] = [];

  /** @param prefix before every path: "" or "/binary". */
  constructor(top: Directory, prefix: string, pasts: Pasts) {
    this.#add(prefix === "" ? "/" : prefix, top.history, 0, true);
    const seen = new Set<Directory>([top]);
    const waiting: { directory: Directory; path: string; present: boolean }[] = [
      { directory: top, path: prefix, present: true },
    ];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      this.#addDirectory(at.directory, at.path, at.present, pasts, (directory, path, present) => {
        if (seen.has(directory)) return; // a damaged recording could have a directory twice
        seen.add(directory);
        waiting.push({ directory, path, present });
      });
    }
  }

  /** How many paths there are. */
  get size(): number {
    return this.#histories.length;
  }

  get(path: string): PathHistory {
    const at = this.#index.get(path);
    return at === undefined ? unknown : { history: this.#histories[at]!, past: this.#pasts[at]! };
  }

  /** Whether anything has been at `path`. */
  has(path: string): boolean {
    return this.#index.has(path);
  }

  /** Whether something is at `path`. */
  isPresent(path: string): boolean {
    const at = this.#index.get(path);
    return at !== undefined && this.#present[at]!;
  }

  paths(): Iterable<string> {
    return this.#index.keys();
  }

  #addDirectory(
    directory: Directory,
    path: string,
    present: boolean,
    pasts: Pasts,
    descend: (directory: Directory, path: string, present: boolean) => void,
  ): void {
    for (const [name, item] of directory.children) {
      const below = `${path}/${name}`;
      this.#add(below, present ? item.history : 0, directory.past(name), present);
      if (item instanceof Directory) descend(item, below, present);
    }
    for (const [name, past] of directory.pasts ?? []) {
      if (!directory.children.has(name)) this.#add(`${path}/${name}`, 0, past, false);
    }
    for (const [name, grave] of directory.graves ?? []) {
      if (!(directory.children.get(name) instanceof Directory)) descend(grave, `${path}/${name}`, false);
    }
    this.#addRemovedBeforeCopy(directory, path, pasts, descend);
  }

  /** A copied directory has no trace of what had been removed from the original. */
  #addRemovedBeforeCopy(
    { copy, children, pasts: own }: Directory,
    path: string,
    pasts: Pasts,
    descend: (directory: Directory, path: string, present: boolean) => void,
  ): void {
    if (copy === undefined) return;
    for (const [name, list] of copy.source.pasts ?? []) {
      if (children.has(name) || own?.has(name)) continue;
      const past = pasts.before(list, copy.since);
      if (past !== 0) this.#add(`${path}/${name}`, 0, past, false);
    }
    for (const [name, grave] of copy.source.graves ?? []) {
      if (!(children.get(name) instanceof Directory)) descend(grave, `${path}/${name}`, false);
    }
  }

  #add(path: string, history: number, past: number, present: boolean): void {
    if (this.#index.has(path)) return;
    this.#index.set(path, this.#histories.length);
    this.#histories.push(history);
    this.#pasts.push(past);
    this.#present.push(present);
  }
}
