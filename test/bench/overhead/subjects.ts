import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { buildEnvironment, freshBuild, removeBuild } from "../../e2e/lib/live-build.ts";
import { workspace } from "../../e2e/lib/paths.ts";

/** A build to be timed. */
export interface Subject {
  name: string;
  /** Where it is built. */
  directory: string;
  command: string[];
  env: Record<string, string>;
  /** Makes the directory as it must be before each build. */
  prepare(): Promise<void>;
  clear(): Promise<void>;
}

const home = join(workspace, "overhead");

/** The packages come from a tarball that is made once: the network is not what is timed. */
export async function debootstrapSubject(mirror: string): Promise<Subject> {
  const tarball = join(home, "packages.tar.gz");
  const directory = join(home, "debootstrap");
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
    directory,
    command: ["debootstrap", ...options, `--unpack-tarball=${tarball}`, "bookworm", "target", mirror],
    env,
    prepare: async () => {
      await removeBuild(directory);
      mkdirSync(directory, { recursive: true });
    },
    clear: () => removeBuild(directory),
  };
}

export function liveBuildSubject(mirror: string): Subject {
  const directory = join(home, "live-build");
  return {
    name: "lb build (minimal)",
    directory,
    command: ["lb", "build"],
    env: buildEnvironment(mirror),
    prepare: () => freshBuild("minimal", directory),
    clear: () => removeBuild(directory),
  };
}
