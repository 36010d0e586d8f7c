import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "./trace.ts";

interface File {
  readonly kind: "file";
  content: Buffer;
  synced: Buffer;
  /** Of the content before each step, since a sync covers what was there when it began. */
  readonly past: { at: number; content: Buffer }[];
}
interface Directory {
  readonly kind: "directory";
  readonly entries: Map<string, Item>;
  synced: Map<string, Item>;
}
type Item = File | Directory;

/**
 * What becomes of what was not synced: nothing of it is on the disk, all of it is, or some of it, as `chance` (0 to 1) decides
 * anew for each name and each file; of what was appended a part may be there, and the rest be zeros.
 */
export type Loss = "all" | "nothing" | (() => number);

/** A directory tree of which it is known what is on the disk (fsync(2): of a file its content, of a directory its names). */
export class Disk {
  readonly #top: Directory = directory();
  #at = 0;

  /** Names that are there from the beginning are durable. */
  apply(step: Step): void {
    const at = this.#at++;
    switch (step.kind) {
      case "create": {
        const known = this.#find(step.path);
        if (known === undefined)
          this.#put(step.path, { kind: "file", content: nothing, synced: nothing, past: [] });
        else if (step.isTruncated) this.#change(step.path, at, () => nothing);
        break;
      }
      case "write":
        this.#change(step.path, at, (content) => Buffer.concat([content, step.data]));
        break;
      case "truncate":
        this.#change(step.path, at, (content) =>
          Buffer.concat([
            content.subarray(0, step.size),
            Buffer.alloc(Math.max(step.size - content.length, 0)),
          ]),
        );
        break;
      case "sync":
        this.#sync(step.path, step.begun);
        break;
      case "rename": {
        const item = this.#find(step.path)!;
        this.#parent(step.path).entries.delete(lastName(step.path));
        this.#put(step.to, item);
        break;
      }
      case "mkdir":
        this.#put(step.path, directory());
        break;
      case "remove":
        this.#parent(step.path).entries.delete(lastName(step.path));
        break;
      case "told":
        break;
      default:
        step satisfies never;
    }
  }

  /** Writes what is found after a power failure. */
  write(into: string, loss: Loss): void {
    writeDirectory(this.#top, into, loss);
  }

  #sync(path: string, begun: number): void {
    const item = path === "" ? this.#top : this.#find(path);
    if (item === undefined) return;
    if (item.kind === "directory") item.synced = new Map(item.entries);
    else item.synced = item.past.find(({ at }) => at >= begun)?.content ?? item.content;
  }

  #change(path: string, at: number, change: (content: Buffer) => Buffer): void {
    const file = this.#find(path);
    if (file?.kind !== "file") return;
    file.past.push({ at, content: file.content });
    file.content = change(file.content);
  }

  #put(path: string, item: Item): void {
    this.#parent(path).entries.set(lastName(path), item);
  }

  #parent(path: string): Directory {
    const at = path.lastIndexOf("/");
    const found = at < 0 ? this.#top : this.#find(path.slice(0, at));
    if (found?.kind !== "directory") throw new Error(`${path}: the trace has no directory of it`);
    return found;
  }

  #find(path: string): Item | undefined {
    let at: Item | undefined = this.#top;
    for (const name of path.split("/")) at = at?.kind === "directory" ? at.entries.get(name) : undefined;
    return at;
  }
}

function writeDirectory({ entries, synced }: Directory, into: string, loss: Loss): void {
  mkdirSync(into, { recursive: true });
  for (const name of new Set([...entries.keys(), ...synced.keys()])) {
    const [now, before] = [entries.get(name), synced.get(name)];
    const isNow = loss === "nothing" || (loss !== "all" && loss() < 0.5);
    const item = isNow ? now : before;
    if (item === undefined) continue;
    if (item.kind === "directory") writeDirectory(item, join(into, name), loss);
    else writeFileSync(join(into, name), contentOf(item, loss));
  }
}

function contentOf({ content, synced }: File, loss: Loss): Buffer {
  if (loss === "all") return synced;
  if (loss === "nothing") return content;
  if (!content.subarray(0, synced.length).equals(synced)) return loss() < 0.5 ? content : synced;
  const kept = synced.length + Math.floor(loss() * (content.length - synced.length + 1));
  const part = content.subarray(0, kept);
  // The file's size can be on the disk before what belongs there.
  return loss() < 0.5 ? part : Buffer.concat([part, Buffer.alloc(content.length - kept)]);
}

const nothing = Buffer.alloc(0);

function directory(): Directory {
  return { kind: "directory", entries: new Map(), synced: new Map() };
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
