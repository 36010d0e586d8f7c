import type { Stats } from "node:fs";
import { dirname, relative } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { type Event, operation } from "../../../proto/events.ts";
import type { DirectoryNode, DirectoryTree } from "./tree.ts";

export interface WatchOutput {
  emit(event: Event): void;
  loss(what: string, detail: string): void;
  /** Microseconds of CLOCK_BOOTTIME. */
  now(): number;
  /** A file was touched, by nobody known. */
  notice(directory: DirectoryNode, name: string, operations: number): void;
}

/**
 * The last resort where fanotify is not to be had: times and paths by inotify(7), without writers. What comes and goes
 * between two looks is not seen, and a rename shows as a removal and a new file.
 */
export class WatchProbe {
  readonly #directory: string;
  readonly #tree: DirectoryTree;
  readonly #out: WatchOutput;
  readonly #watcher: FSWatcher;
  readonly #nodes = new Map<string, DirectoryNode>();
  #isReady = false;

  /** @param own Isotrace's directories: what happens in them is not part of the build. */
  constructor(directory: string, own: string[], tree: DirectoryTree, out: WatchOutput) {
    this.#directory = directory;
    this.#tree = tree;
    this.#out = out;
    this.#nodes.set(directory, tree.root);
    this.#watcher = watch(directory, {
      followSymlinks: false,
      alwaysStat: true,
      ignored: (path) => own.includes(path),
    });
    this.#watcher.on("all", (name, path, stats) => this.#event(name, path, stats));
    this.#watcher.on("ready", () => {
      this.#isReady = true;
    });
    this.#watcher.on("error", (error) => out.loss("file events", `watching failed: ${String(error)}`));
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }

  #event(name: string, path: string, stats: Stats | undefined): void {
    if (path === this.#directory) return;
    if (path.includes("\ufffd")) this.#out.loss("file events", "a name that is not UTF-8 cannot be watched");
    const directory = this.#nodes.get(dirname(path));
    if (directory === undefined) return; // removed together with the directory that it was in
    const bits = this.#operations(name);
    const leaf = Buffer.from(relative(dirname(path), path)).toString("latin1");
    const child = (bits & operation.directory) === 0 ? 0 : this.#directoryChange(bits, path, directory, leaf);
    this.#out.emit({
      kind: "file",
      time: this.#out.now(),
      process: 0,
      epoch: 0,
      operations: bits,
      directory: directory.id,
      name: leaf,
      newDirectory: 0,
      newName: "",
      child,
      object: stats?.ino ?? 0,
    });
    this.#out.notice(directory, leaf, bits);
  }

  #directoryChange(bits: number, path: string, parent: DirectoryNode, name: string): number {
    if ((bits & operation.delete) !== 0) {
      const node = this.#nodes.get(path);
      this.#nodes.delete(path);
      if (node !== undefined) this.#tree.remove(node);
      return node?.id ?? 0;
    }
    // Keys by path and order: this mode has no handles.
    const { node } = this.#tree.add(`${this.#tree.size}:${path}`, parent, name);
    this.#nodes.set(path, node);
    return node.id;
  }

  #operations(name: string): number {
    const made = this.#isReady ? operation.create : operation.found;
    switch (name) {
      case "add":
        return made | (this.#isReady ? operation.write : 0);
      case "addDir":
        return made | operation.create | operation.directory;
      case "change":
        return operation.write;
      case "unlink":
        return operation.delete;
      case "unlinkDir":
        return operation.delete | operation.directory;
      default:
        return 0;
    }
  }
}
