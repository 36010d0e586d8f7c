import type { Build, PackageRecord } from "../model/build.ts";
import { type Directory, Item } from "../model/item.ts";
import type { Deb, DebIndex } from "./deb.ts";

/** A package of one version, as the reports name it. Version and architecture are empty if they are not known. */
export interface PackageName {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

const installing: ReadonlySet<string> = new Set(["bootstrap", "install", "upgrade", "present"]);

/** Which version of a package was in a system at a time: from the packages unpacked, and those recorded. */
export class Versions {
  readonly #debs: DebIndex;
  readonly #records = new Map<string, PackageRecord[]>();

  constructor(build: Build, debs: DebIndex) {
    this.#debs = debs;
    for (const record of build.packages) {
      if (!installing.has(record.event.action)) continue;
      const list = this.#records.get(record.event.name);
      if (list === undefined) this.#records.set(record.event.name, [record]);
      else list.push(record);
    }
  }

  /**
   * The package `name` as it last came into the system whose root is `root` (undefined: the host's), at or
   * before `time`. Where that system's own history does not tell, another system's of the same build does.
   */
  find(name: string, architecture: string, root: Directory | undefined, time: number): PackageName {
    const fits = (other: string) => architecture === "" || other === architecture || other === "all";
    const isBefore = (at: { time: number }) => at.time <= time;
    const debs = this.#debs.named(name).filter((deb) => fits(deb.architecture) && isBefore(deb));
    const records = (this.#records.get(name) ?? []).filter(({ event }) => fits(event.architecture));
    const systems = lineage(root);
    const found: Deb | PackageRecord["event"] | undefined =
      debs.findLast((deb) => systems.includes(deb.root?.directory)) ??
      records.findLast((record) => systems.includes(record.root) && isBefore(record.event))?.event ??
      records.find((record) => systems.includes(record.root))?.event ??
      debs.at(-1) ??
      records.at(-1)?.event;
    if (found === undefined) return { name, version: "", architecture };
    return { name, version: found.version, architecture: found.architecture };
  }
}

/** A system's root directory, and those that it was copied from. */
export function lineage(root: Directory | undefined): (Directory | undefined)[] {
  const line: (Directory | undefined)[] = [root];
  for (let at = root?.copy?.source; at instanceof Item && !line.includes(at); at = at.copy?.source)
    line.push(at);
  return line;
}
