import type { ConfigurationEvent } from "../../proto/events.ts";
import type { Build } from "../model/build.ts";
import { byteString } from "../model/bytes.ts";
import type { Directory } from "../model/item.ts";
import { lineage } from "../story/versions.ts";
import { byteOrder } from "./build-manifest.ts";

/** A configuration file as it stood at a time. Path and text are byte strings. */
export interface ConfiguredFile {
  /** Absolute, in its system or in the build directory. */
  readonly path: string;
  readonly text: string;
  /** The text is not all of it. */
  readonly isCut: boolean;
}

/** The configuration files that a recording has, of each system and of the build directory. */
export class Configured {
  readonly #build: Build;
  readonly #bySystem = new Map<Directory | undefined, ConfigurationEvent[]>();

  constructor(build: Build) {
    this.#build = build;
    for (const event of build.configurations) {
      const system = build.systemOf(event);
      const events = this.#bySystem.get(system);
      if (events === undefined) this.#bySystem.set(system, [event]);
      else events.push(event);
    }
  }

  /** Those of the build directory whose paths match, as they were last; in byte order of their paths. */
  ofBuild(path: RegExp): ConfiguredFile[] {
    return this.#standing([this.#build.tree.top], path, Number.POSITIVE_INFINITY);
  }

  /** Those of a system at a time (microseconds of CLOCK_BOOTTIME): a copied system has those of its original. */
  ofSystem(root: Directory | undefined, time: number, path: RegExp): ConfiguredFile[] {
    return this.#standing(lineage(root), path, time);
  }

  /** Every state of such files that any system had, in the recording's order. */
  ofAnySystem(path: RegExp): ConfiguredFile[] {
    return this.#build.configurations
      .filter((event) => !event.removed && this.#build.systemOf(event) !== this.#build.tree.top)
      .map(fileOf)
      .filter((file) => path.test(file.path));
  }

  /** Whether anything of a system's configuration was recorded: if not, that it has no such file is not known. */
  knows(root: Directory | undefined): boolean {
    return lineage(root).some((system) => this.#bySystem.has(system));
  }

  #standing(systems: readonly (Directory | undefined)[], wanted: RegExp, until: number): ConfiguredFile[] {
    const found = new Map<string, ConfigurationEvent>();
    let last = until;
    for (const [i, system] of systems.entries()) {
      const later = new Set(found.keys());
      for (const event of this.#bySystem.get(system) ?? []) {
        const path = byteString(event.path);
        if (event.time <= last && !later.has(path) && wanted.test(path)) found.set(path, event);
      }
      const copiedAt = system?.copy === undefined ? last : this.#build.operations.get(system.copy.since).time;
      if (i + 1 < systems.length) last = Math.min(last, copiedAt);
    }
    return [...found.entries()]
      .filter(([, event]) => !event.removed)
      .sort(([a], [b]) => byteOrder(a, b))
      .map(([, event]) => fileOf(event));
  }
}

function fileOf({ path, content, cut }: ConfigurationEvent): ConfiguredFile {
  return { path: byteString(path), text: byteString(content), isCut: cut };
}
