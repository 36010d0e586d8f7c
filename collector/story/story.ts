import type { Build } from "../model/build.ts";
import type { Command } from "../model/process.ts";
import { chainOf } from "./chain.ts";
import { DebIndex } from "./deb.ts";
import { type MaintainerScript, maintainerScriptOf } from "./maintainer-script.ts";
import { programOf } from "./names.ts";
import { runOf } from "./run.ts";
import { hookOf, type Stage, stageOf } from "./stage.ts";
import { type PackageName, Versions } from "./versions.ts";

/** Because of what a process ran: everything that is the same for all files it wrote in one epoch. */
export interface Story {
  /** From the process itself up to the command that Isotrace started; empty if nothing is known of it. */
  readonly chain: readonly Command[];
  readonly stage: Stage | null;
  /** `lb chroot_hooks`. */
  readonly script: string | null;
  readonly hook: string | null;
  readonly run: string | null;
  readonly maintainerScript: MaintainerScript | undefined;
}

/** A file that was written, as far as its package depends on it. */
export interface WrittenFile {
  /** Absolute, in its system; a byte string. */
  readonly path: string;
  /** Name of the package that owns it by dpkg's database; empty if none does. */
  readonly owner: string;
  /** When it was written: microseconds of CLOCK_BOOTTIME. */
  readonly time: number;
}

/** The stories of a build's processes. */
export class Stories {
  readonly versions: Versions;
  readonly #build: Build;
  readonly #debs: DebIndex;
  readonly #stories = new Map<string, Story>();

  constructor(build: Build) {
    this.#build = build;
    this.#debs = new DebIndex(build);
    this.versions = new Versions(build, this.#debs);
  }

  /** @param process index in the build's table. */
  of(process: number, epoch: number): Story {
    const key = `${process}:${epoch}`;
    const known = this.#stories.get(key);
    if (known !== undefined) return known;
    const chain = chainOf(this.#build, process, epoch);
    const story: Story = {
      chain,
      ...stageOf(chain),
      hook: hookOf(chain),
      run: runOf(chain),
      maintainerScript: maintainerScriptOf(this.#build, chain),
    };
    this.#stories.set(key, story);
    return story;
  }

  /**
   * The package on whose behalf a process wrote a file: that of the maintainer script it ran for, or that
   * which it was unpacking.
   */
  packageOf(process: number, epoch: number, file: WrittenFile): PackageName | null {
    const { chain, maintainerScript } = this.of(process, epoch);
    if (maintainerScript !== undefined) return this.#packageOfScript(maintainerScript);
    return this.#unpacked(process, chain[0], file);
  }

  /** Whether a process unpacks packages: what it writes comes from them as it is. */
  unpacks(process: number, epoch: number, file: WrittenFile): boolean {
    const { chain, maintainerScript } = this.of(process, epoch);
    return maintainerScript === undefined && this.#unpacked(process, chain[0], file) !== null;
  }

  #packageOfScript({ command, ...script }: MaintainerScript): PackageName {
    const dpkg = this.#build.processes.all[command.process]?.parent;
    const deb = this.#debs.unpackedBy(dpkg, command.time, script.package);
    if (deb !== undefined && deb.name === script.package) {
      return { name: deb.name, version: deb.version, architecture: deb.architecture };
    }
    const { package: name, architecture } = script;
    return this.versions.find(name, architecture, command.root?.directory, command.time);
  }

  #unpacked(process: number, command: Command | undefined, file: WrittenFile): PackageName | null {
    if (command === undefined) return null;
    const owner = ownerOf(file);
    if (owner === undefined) return null;
    const own = this.#build.processes.all[process];
    const program = programOf(command);
    if (program === "dpkg" || program === "dpkg-deb") {
      const deb = this.#debs.unpackedBy(this.#build.processes.all[command.process], file.time, owner);
      if (deb !== undefined) return nameOf(deb);
      if (owner === "" || program !== "dpkg") return null;
      return this.versions.find(owner, "", command.root?.directory, file.time);
    }
    if (program !== "tar") return null;
    // debootstrap pipes `dpkg-deb --fsys-tarfile` into tar: the two have one parent.
    const deb = this.#debs.unpackedBy(own?.parent, file.time, owner);
    return deb === undefined ? null : nameOf(deb);
  }
}

/** The package whose file it is, "" if that is not known; undefined for dpkg's own files, of which some are of all packages. */
function ownerOf({ path, owner }: WrittenFile): string | undefined {
  if (path === "/var/log/dpkg.log") return undefined;
  const ofDpkg = /^\/var\/lib\/dpkg\/(.*)$/.exec(path);
  if (ofDpkg === null) return owner;
  const info = /^info\/([^/:]+)(?::[^/.]+)?\.[^/.]+$/.exec(ofDpkg[1]!);
  return info === null ? undefined : info[1]!;
}

function nameOf({ name, version, architecture }: PackageName): PackageName {
  return { name, version, architecture };
}
