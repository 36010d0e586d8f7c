import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { buildEnvironment, freshBuild, removeBuild } from "../../e2e/lib/live-build.ts";
import { workspace } from "../../e2e/lib/paths.ts";
import { Volume } from "../../e2e/lib/volume.ts";

/** A build to be timed. */
export interface Subject {
  name: string;
  command: string[];
  env: Record<string, string>;
  /**
   * Makes the directory to build in. Each build has an ext4 of its own: ext4 does not use an inode again that was
   * deleted in the last minutes and searches past it, so a build that follows the removal of another's tree on the
   * same file system is slower by up to a fifth.
   */
  prepare(): Promise<Ground>;
}

/** Where a build is made; disposing of it removes everything. */
export interface Ground extends AsyncDisposable {
  directory: string;
}

const home = join(workspace, "overhead");

async function ground(fill: (directory: string) => Promise<void>): Promise<Ground> {
  const volume = await Volume.make("ext4", join(home, "volume"));
  const directory = join(volume.directory, "build");
  await fill(directory);
  return { directory, [Symbol.asyncDispose]: () => volume[Symbol.asyncDispose]() };
}

/** The packages come from a tarball that is made once: the network is not what is timed. */
export async function debootstrapSubject(mirror: string): Promise<Subject> {
  const tarball = join(home, "packages.tar.gz");
  const env = buildEnvironment(mirror);
  const options = ["--variant=minbase"];
  if (!existsSync(tarball)) {
    mkdirSync(dirname(tarball), { recursive: true });
    const made = join(home, "made");
    await removeBuild(made);
    await execa("debootstrap", [...options, `--make-tarball=${tarball}`, "bookworm", made, mirror]);
  }
  return {
    name: "debootstrap --unpack-tarball (minbase)",
    command: ["debootstrap", ...options, `--unpack-tarball=${tarball}`, "bookworm", "target", mirror],
    env,
    prepare: () => ground(async (directory) => void mkdirSync(directory)),
  };
}

export function liveBuildSubject(mirror: string): Subject {
  return {
    name: "lb build (minimal)",
    command: ["lb", "build"],
    env: buildEnvironment(mirror),
    prepare: () => ground((directory) => freshBuild("minimal", directory)),
  };
}
