import { join, relative } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Event } from "../../proto/events.ts";
import { bootMicroseconds } from "../kernel/clock.ts";

/**
 * The stage markers that live-build leaves in `.build/` as it gets on: a second witness of its stages beside
 * the process tree, which names them exactly.
 */
export class StageProbe {
  readonly #watcher: FSWatcher;
  readonly #seen = new Set<string>();

  constructor(directory: string, emit: (event: Event) => void) {
    const markers = join(directory, ".build");
    const say = (path: string, removed: boolean) => {
      const marker = Buffer.from(relative(markers, path));
      emit({ kind: "stage", time: Math.floor(bootMicroseconds()), marker, removed });
    };
    // The directory itself is watched from its parent, since live-build makes it after we start.
    this.#watcher = watch(directory, {
      depth: 1,
      ignored: (path) => path !== directory && path !== markers && !path.startsWith(`${markers}/`),
      ignoreInitial: true,
    });
    this.#watcher.on("add", (path) => {
      if (this.#seen.has(path)) return;
      this.#seen.add(path);
      say(path, false);
    });
    this.#watcher.on("unlink", (path) => {
      this.#seen.delete(path);
      say(path, true);
    });
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }
}
