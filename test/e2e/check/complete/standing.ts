import { type FileEvent, operation } from "../../../../proto/events.ts";

/** Which names stand in which directory, replayed from file events; the directory 0 is everything outside. */
export class Standing {
  readonly #names = new Map<number, Map<string, Entry>>();

  event(event: FileEvent): void {
    const { operations, directory, name, newDirectory, newName, child, object } = event;
    const from = this.#of(directory);
    if ((operations & operation.rename) !== 0) {
      // After the first half of an exchange (renameat2(2)) another object has this name.
      if (from.get(name)?.object === object || from.get(name)?.object === 0) from.delete(name);
      this.#of(newDirectory).set(newName, { child, object });
    } else if ((operations & operation.delete) !== 0) from.delete(name);
    else if (directory !== 0 && (child !== 0 || !from.has(name))) from.set(name, { child, object });
  }

  /** A directory that was found by reading. */
  directory(id: number, parent: number, name: string): void {
    this.#of(parent).set(name, { child: id, object: 0 });
  }

  /** Every path below the observed directory, beginning with "/". */
  paths(): Set<string> {
    const paths = new Set<string>();
    // What the recording missed can make a directory its own descendant: paths have an end all the same.
    const visit = (id: number, prefix: string, depth: number) => {
      for (const [name, { child }] of this.#of(id)) {
        const path = `${prefix}/${name}`;
        paths.add(path);
        if (child !== 0 && depth < 200) visit(child, path, depth + 1);
      }
    };
    visit(1, "", 0);
    return paths;
  }

  #of(directory: number): Map<string, Entry> {
    let names = this.#names.get(directory);
    if (names === undefined) {
      names = new Map();
      this.#names.set(directory, names);
    }
    return names;
  }
}

interface Entry {
  /** The directory's number; 0 for what is none. */
  child: number;
  /** 0: not known. */
  object: number;
}
