import { Directory, type Item } from "./item.ts";

/** What a later recorder finds when it takes stock: the names in each directory. */
export class Stock {
  readonly #found = new Map<Directory, Set<string>>();

  note(directory: Directory, name: string): void {
    const names = this.#found.get(directory);
    if (names === undefined) this.#found.set(directory, new Set([name]));
    else names.add(name);
  }

  /** The names below `top` that were not found again: what went away while nothing was recorded. */
  *missing(top: Directory): Generator<{ directory: Directory; name: string; item: Item }> {
    const waiting = [top];
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
      const names = this.#found.get(directory);
      for (const [name, item] of [...directory.children]) {
        if (names?.has(name) !== true) yield { directory, name, item };
        else if (item instanceof Directory) waiting.push(item);
      }
    }
  }
}
