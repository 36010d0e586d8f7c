import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Event } from "../../proto/events.ts";
import { bootMicroseconds } from "../kernel/clock.ts";

export interface StageOutput {
  emit(event: Event): void;
  loss(what: string, detail: string): void;
}

/**
 * The stage markers that live-build leaves in `.build/` as it gets on: a second witness of its stages beside
 * the process tree, which names them exactly.
 */
export class StageProbe {
  readonly #directory: string;
  readonly #markers: string;
  readonly #out: StageOutput;
  /** The markers that are there. */
  readonly #present: Set<string>;
  #watcher: FSWatcher;

  /** @param directory of the build: its absolute path. */
  constructor(directory: string, out: StageOutput) {
    this.#directory = directory;
    this.#markers = join(directory, ".build");
    this.#out = out;
    this.#present = new Set(this.#list());
    this.#watcher = this.#watch();
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }

  /** The build directory is watched only while there are no markers: live-build makes and removes a lock there all the time. */
  #watch(): FSWatcher {
    const watcher = this.#isThere ? this.#watchMarkers() : this.#watchForMarkers();
    return watcher.on("error", (error) =>
      this.#out.loss("stage markers", `watching failed: ${String(error)}`),
    );
  }

  #watchForMarkers(): FSWatcher {
    const watcher = watch(this.#directory, {
      depth: 0,
      ignored: (path) => path !== this.#directory && path !== this.#markers,
    });
    return watcher.on("all", () => {
      if (this.#isThere) this.#watchAgain(watcher);
    });
  }

  #watchMarkers(): FSWatcher {
    const watcher = watch(this.#markers, { depth: 0 });
    watcher.on("add", (path) => this.#add(basename(path)));
    watcher.on("unlink", (path) => this.#remove(basename(path)));
    watcher.on("unlinkDir", () => this.#watchAgain(watcher));
    // It can be gone again before it is watched.
    return watcher.on("ready", () => {
      if (!this.#isThere) this.#watchAgain(watcher);
    });
  }

  #watchAgain(watcher: FSWatcher): void {
    if (watcher.closed) return;
    void watcher.close();
    const present = this.#list();
    for (const marker of this.#present) if (!present.includes(marker)) this.#remove(marker);
    this.#watcher = this.#watch();
  }

  #list(): string[] {
    try {
      return readdirSync(this.#markers);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw error;
    }
  }

  get #isThere(): boolean {
    return statSync(this.#markers, { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  #add(marker: string): void {
    if (this.#present.has(marker)) return;
    this.#present.add(marker);
    this.#say(marker, false);
  }

  #remove(marker: string): void {
    if (this.#present.delete(marker)) this.#say(marker, true);
  }

  #say(marker: string, removed: boolean): void {
    this.#out.emit({
      kind: "stage",
      time: Math.floor(bootMicroseconds()),
      marker: Buffer.from(marker),
      removed,
    });
  }
}
