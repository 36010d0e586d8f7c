import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { launcher } from "../program.ts";
import type { Setting } from "./variations.ts";

export interface Ground {
  /** The tree that is built: a copy of it is taken for each build. */
  readonly source: string;
  /** Where experiments are made and kept. */
  readonly work: string;
  readonly command: readonly string[];
}

/** A build that could not be made, or not be compared. */
export class ExperimentError extends Error {
  override readonly name = "ExperimentError";
}

/**
 * Builds a copy of the tree in a setting, under `isotrace run`, with packages that an earlier build downloaded.
 * @returns where the recording and the reports are.
 * @throws ExperimentError if the build fails
 */
export async function runExperiment(ground: Ground, name: string, setting: Setting): Promise<string> {
  const out = join(ground.work, "builds", name);
  const tree = join(ground.work, setting.directory);
  rmSync(out, { recursive: true, force: true });
  await removeTree(tree);
  mkdirSync(join(ground.work, "builds"), { recursive: true });
  const { processors, personality } = setting;
  const before = [
    ...(processors === undefined ? [] : ["taskset", "--cpu-list", processors]),
    ...(personality.length === 0 ? [] : ["setarch", ...personality]),
  ];
  const run = [...before, launcher, "run", "--out", out, "--", ...ground.command];
  // Namespaces of their own, for all builds alike: a host name, and mounts that nobody else sees.
  const { exitCode, signal, stderr } = await execa(
    "unshare",
    [
      ...["--uts", "--mount", "--propagation", "private", "sh", "-c", script, "sh"],
      ...[ground.source, tree, join(ground.work, "cache"), setting.isOnTmpfs ? "tmpfs" : ""],
      ...[setting.hostName ?? "", setting.umask ?? "", ...run],
    ],
    { env: setting.environment, stdin: "ignore", stdout: "ignore", reject: false },
  );
  await removeTree(tree);
  if (exitCode === 0) return out;
  const log = join(out, "build.log");
  const reason = existsSync(log) ? `see ${log}` : stderr.trim().split("\n").at(-1);
  throw new ExperimentError(
    `reproduce: build "${name}" must end with status 0, but it ended with ${signal ?? exitCode}: ${reason}; ${remedyOf(name)}`,
  );
}

function remedyOf(name: string): string {
  if (name === "base" || name === "none") return "mend the build";
  const varied = name === "all" ? "NAME" : name.split("+")[0];
  return `mend the build, or leave out a variation that it does not bear: --vary -${varied}`;
}

/**
 * Positional parameters only: nothing of this is in the build's environment. What live-build's earlier runs left in the tree is
 * not taken along, and of its cache only the packages.
 */
const script = `
set -eu
source=$1 tree=$2 cache=$3 type=$4 host=$5 mask=$6
shift 6
[ -z "$host" ] || hostname "$host"
mkdir -p "$tree" "$cache"
[ -z "$type" ] || mount -t "$type" isotrace-reproduce "$tree"
tar --create --directory "$source" --exclude ./isotrace --exclude ./.build --exclude ./cache --exclude './binary*' \
	--exclude './chroot*' --exclude './*.iso' . | tar --extract --directory "$tree"
for each in "$cache"/packages.*; do
	[ ! -d "$each" ] || { mkdir -p "$tree/cache" && cp -a "$each" "$tree/cache/"; }
done
cd "$tree"
status=0
( [ -z "$mask" ] || umask "$mask"; exec "$@" ) || status=$?
for each in "$tree"/cache/packages.*; do
	[ ! -d "$each" ] || cp -a --update "$each" "$cache/"
done
exit $status
`;

/** A build that failed or was killed may have left mounts; they went with the namespace, and were nobody else's. */
async function removeTree(tree: string): Promise<void> {
  await execa("rm", ["--recursive", "--force", "--one-file-system", "--", tree]);
}
