import { type EntryEvent, type Event, type FileEvent, operation } from "../../../../proto/events.ts";
import { readRecording } from "../../../../proto/recording.ts";

export interface Unattributed {
  files: number;
  /** Paths as the image has them, byte strings. */
  unattributed: string[];
}

/**
 * The regular files of the image that have no writer in a recording and are not said to be exactly their package's:
 * replayed by the rules of isotrace.proto, by no code of the product's.
 */
export function unattributedFiles(recording: string): Unattributed {
  const replay = new Replay();
  for (const item of readRecording(recording)) {
    if (item.kind === "damage") throw new Error(`${recording}: ${item.because}`);
    for (const event of item.events) replay.event(event);
  }
  return replay.result();
}

interface Directory {
  children: Map<string, number>;
  /** Names of files in it that a known process wrote to, or made. */
  written: Set<string>;
}

class Replay {
  readonly #directories = new Map<number, Directory>();
  /** Of each tree image: the paths that had a writer when it was packed. */
  readonly #packed = new Map<number, Set<string>>();
  readonly #entries: EntryEvent[] = [];

  event(event: Event): void {
    switch (event.kind) {
      case "directory":
        this.#directory(event.parent).children.set(event.name, event.id);
        return;
      case "file":
        this.#file(event);
        return;
      case "image":
        if (event.of === "tree" && event.state === "begin") {
          this.#packed.set(event.id, new Set(this.#writtenBelow(event.directory, "")));
        }
        return;
      case "entry":
        if (this.#packed.has(event.image) && event.within.length === 0) this.#entries.push(event);
        return;
      default:
        return; // of no matter to who wrote what
    }
  }

  result(): Unattributed {
    const files = this.#entries.filter(({ type }) => type === "file");
    // One of several names of a file may be all that was written to.
    const written = new Set(
      files.filter((entry) => this.#hasWriter(entry)).map(({ image, inode }) => `${image} ${inode}`),
    );
    const unattributed = files
      .filter(({ relation, image, inode }) => relation !== "shipped" && !written.has(`${image} ${inode}`))
      .map(({ path }) => Buffer.from(path).toString("latin1"));
    return { files: files.length, unattributed };
  }

  #hasWriter({ image, path }: EntryEvent): boolean {
    return this.#packed.get(image)!.has(Buffer.from(path).toString("latin1"));
  }

  #file({ operations, process, directory, name, newDirectory, newName, child }: FileEvent): void {
    const from = this.#directory(directory);
    const isDirectory = (operations & operation.directory) !== 0;
    if ((operations & operation.rename) !== 0) {
      const to = this.#directory(newDirectory);
      if (isDirectory) {
        from.children.delete(name);
        to.children.set(newName, child);
      } else {
        if (from.written.delete(name) || process !== 0) to.written.add(newName);
      }
    }
    if (isDirectory) {
      if ((operations & operation.create) !== 0) from.children.set(name, child);
      return;
    }
    if ((operations & operation.delete) !== 0) from.written.delete(name);
    else if ((operations & (operation.create | operation.write)) !== 0 && process !== 0)
      from.written.add(name);
  }

  *#writtenBelow(id: number, path: string): Generator<string> {
    const { children, written } = this.#directory(id);
    for (const name of written) yield `${path}/${name}`;
    for (const [name, child] of children) yield* this.#writtenBelow(child, `${path}/${name}`);
  }

  #directory(id: number): Directory {
    let directory = this.#directories.get(id);
    if (directory === undefined) {
      directory = { children: new Map(), written: new Set() };
      this.#directories.set(id, directory);
    }
    return directory;
  }
}
