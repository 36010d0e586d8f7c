import type { Build } from "../model/build.ts";
import type { Command, Process, Root } from "../model/process.ts";
import { basename, programOf } from "./names.ts";

/** A binary package file that was opened for its files. */
export interface Deb {
  /** Empty, like version and architecture, where the name of the file does not tell. */
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
   * The package whose files a process was unpacking at a time: that of its latest `dpkg-deb` child; undefined if the name of
   * that file does not tell.
   *
   * File events are stamped some milliseconds late, when the next package may have been opened already: so if
   * the owner of the file is known and is among those opened, it is that one.
   */
  unpackedBy(process: Process | undefined, time: number, owner: string): Deb | undefined {
    const debs = (process === undefined ? undefined : this.#byParent.get(process.index)) ?? [];
    const lastNamed = (wanted: string) =>
      debs.findLast(({ name, time: at }) => name === wanted && at <= time);
    const own = owner === "" ? undefined : lastNamed(owner);
    if (own !== undefined) return own;
    const latest = debs.findLast((deb) => deb.time <= time);
    // One whose name is not known can be the owner's, whichever came last.
    const isUnknown = latest?.name === "" || (owner !== "" && lastNamed("") !== undefined);
    return isUnknown ? undefined : latest;
  }

  named(name: string): readonly Deb[] {
    return this.#byName.get(name) ?? [];
  }

  #add(deb: Deb, process: Process): void {
    if (process.parent !== undefined) push(this.#byParent, process.parent.index, deb);
    push(this.#byParent, process.index, deb);
    if (deb.name !== "") push(this.#byName, deb.name, deb);
  }
}

/** The package that a `dpkg-deb` opens, from the name of its file: NAME_VERSION_ARCH.deb, with `%3a` for a colon. */
function debOf(command: Command): Deb | undefined {
  if (programOf(command) !== "dpkg-deb") return undefined;
  if (!command.argv.some((word) => opening.has(word))) return undefined;
  const file = command.argv.find((word) => word.endsWith(".deb"));
  if (file === undefined) return undefined;
  const parts = nameOf(file).split("_");
  const [name, version, architecture] =
    parts.length === 3 ? (parts as [string, string, string]) : ["", "", ""];
  return {
    name,
    version: version.replaceAll(/%3a/gi, ":"),
    architecture,
    time: command.time,
    root: command.root,
  };
}

/**
 * The name of a package's file, without its ending. To unpack many, apt gives dpkg a directory of links to them, numbered in
 * the order that they are to be unpacked in (pkgDPkgPM::Go).
 */
function nameOf(file: string): string {
  const name = basename(file).slice(0, -".deb".length);
  return /\/apt-dpkg-install-[^/]+\/[^/]+$/.test(file) ? name.replace(/^\d+-/, "") : name;
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
