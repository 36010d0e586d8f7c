import type { Build } from "../model/build.ts";
import type { Command, Process, Root } from "../model/process.ts";
import { basename, programOf } from "./names.ts";

/** A binary package file that was opened for its files. */
export interface Deb {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Microseconds of CLOCK_BOOTTIME. */
  readonly time: number;
  readonly root: Root | undefined;
}

/** Which package files each process had opened by its children, in the order of time. */
export class DebIndex {
  readonly #byParent = new Map<number, Deb[]>();
  readonly #byName = new Map<string, Deb[]>();

  constructor(build: Build) {
    for (const process of build.processes.all) {
      for (const command of process?.commands ?? []) {
        if (command === undefined || process === undefined) continue;
        const deb = debOf(command);
        if (deb !== undefined) this.#add(deb, process);
      }
    }
    for (const debs of [...this.#byParent.values(), ...this.#byName.values()])
      debs.sort((a, b) => a.time - b.time);
  }

  /**
   * The package whose files a process was unpacking at a time: that of its latest `dpkg-deb` child.
   *
   * File events are stamped some milliseconds late, when the next package may have been opened already: so if
   * the owner of the file is known and is among those opened, it is that one.
   */
  unpackedBy(process: Process | undefined, time: number, owner: string): Deb | undefined {
    const debs = (process === undefined ? undefined : this.#byParent.get(process.index)) ?? [];
    const latest = debs.findLast((deb) => deb.time <= time);
    if (owner === "" || latest?.name === owner) return latest;
    return debs.findLast((deb) => deb.time <= time && deb.name === owner) ?? latest;
  }

  named(name: string): readonly Deb[] {
    return this.#byName.get(name) ?? [];
  }

  #add(deb: Deb, process: Process): void {
    if (process.parent !== undefined) push(this.#byParent, process.parent.index, deb);
    push(this.#byParent, process.index, deb);
    push(this.#byName, deb.name, deb);
  }
}

/** The package that a `dpkg-deb` opens, from the name of its file: NAME_VERSION_ARCH.deb, with `%3a` for a colon. */
function debOf(command: Command): Deb | undefined {
  if (programOf(command) !== "dpkg-deb") return undefined;
  if (!command.argv.some((word) => opening.has(word))) return undefined;
  const file = command.argv.find((word) => word.endsWith(".deb"));
  const parts = file === undefined ? [] : basename(file).slice(0, -".deb".length).split("_");
  if (parts.length !== 3) return undefined;
  const [name, version, architecture] = parts as [string, string, string];
  return {
    name,
    version: version.replaceAll(/%3a/gi, ":"),
    architecture,
    time: command.time,
    root: command.root,
  };
}

const opening: ReadonlySet<string> = new Set([
  "--control",
  "-e",
  "--extract",
  "-x",
  "--vextract",
  "-X",
  "--raw-extract",
  "-R",
  "--fsys-tarfile",
]);

function push<K>(map: Map<K, Deb[]>, key: K, deb: Deb): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [deb]);
  else list.push(deb);
}
