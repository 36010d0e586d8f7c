import type { Where } from "../../manifest/where.ts";
import type { Build } from "../../model/build.ts";
import type { Image } from "../../model/image.ts";
import { type Facts, factsOf } from "../../nondeterminism/facts.ts";
import type { Material } from "../../report/report.ts";
import { entryKey, linkGroups } from "./entry-key.ts";

/**
 * What two builds are compared by: plain data, which can pass from one thread to another. All texts of the build are
 * byte strings.
 */
export interface State {
  readonly build: string;
  /** Whether the recording has everything that happened, and if not, what it lacks. */
  readonly complete: boolean;
  readonly causes: readonly string[];
  readonly facts: Facts;
  readonly tree: Snapshot | undefined;
  readonly binary: Snapshot | undefined;
  readonly files: readonly ImageFile[];
  readonly packages: readonly PackageInPlace[];
  /** The arguments of every command that ran, as the kernel has them, separated by NUL. */
  readonly commands: ReadonlySet<string>;
}

/** The entries of one image. */
export interface Snapshot {
  /** Of the squashfs or directory that was read, below the build directory. */
  readonly from: string;
  /** Entries are missing, or may be: what is not among them can be there all the same. */
  readonly isPartial: boolean;
  /** `entryKey` by path. */
  readonly entries: ReadonlyMap<string, string>;
}

/** An ISO, or another file that the build made of its image. */
export interface ImageFile {
  /** Below the build directory. */
  readonly path: string;
  readonly size: number;
  /** Empty if it could not be read: then `because` says why. */
  readonly sha256: string;
  readonly because: string;
}

export interface PackageInPlace {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly where: Where;
}

/** The final state that a recording tells of. */
export function stateOf({ build, packages }: Material): State {
  return {
    build: build.id,
    ...build.causes(),
    facts: factsOf(build),
    tree: snapshotOf(build.image),
    binary: snapshotOf(build.binary),
    files: filesOf(build),
    packages: packages
      .filter(({ isSource }) => !isSource)
      .map(({ name, version, architecture, where }) => ({ name, version, architecture, where })),
    commands: commandsOf(build),
  };
}

function snapshotOf(image: Image | undefined): Snapshot | undefined {
  if (image === undefined || image.entries.size === 0) return undefined;
  const links = linkGroups(image.entries.values());
  const entries = new Map<string, string>();
  for (const [path, entry] of image.entries) entries.set(path, entryKey(entry, links.get(path) ?? ""));
  const isPartial = image.state !== "end" || image.announced !== entries.size;
  return { from: image.path, isPartial, entries };
}

/** Of several readings of one file the last. */
function filesOf(build: Build): ImageFile[] {
  const files = new Map<string, ImageFile>();
  for (const { of, path, size, sha256, because } of build.images) {
    if (of === "file") files.set(path, { path, size, sha256, because });
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function commandsOf(build: Build): Set<string> {
  const commands = new Set<string>();
  for (const process of build.processes.all) {
    for (const command of process?.commands ?? []) {
      if (command !== undefined && process?.outside === false) commands.add(command.argv.join("\0"));
    }
  }
  return commands;
}
