import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { NotARecording } from "../proto/recording.ts";
import { UsageError } from "./cli/usage-error.ts";
import { collectorsBuild } from "./fetch/collectors-build.ts";
import type { Build } from "./model/build.ts";
import { readBuild } from "./model/read-build.ts";

/** Name of the recording in a build's output directory. */
export const recordingName = "recording.isotrace";

/**
 * The recording that a BUILD of the command line means: a recording file, an output directory, or a build's id
 * (a directory below `isotrace/` of `cwd`); or else a build of the collector that the environment names.
 * @throws UsageError if there is none.
 */
export function resolveBuild(build: string, cwd: string): string {
  const given = resolve(cwd, build);
  const isId = !build.includes("/");
  const candidates = [given, join(given, recordingName)];
  if (isId) candidates.push(join(cwd, "isotrace", build, recordingName));
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (found !== undefined) return found;
  const fetched = collectorsBuild(build);
  if (fetched !== undefined) return fetched;
  throw new UsageError(
    `${build}: not a build: no recording there${isId ? `, nor in isotrace/${build} of this directory` : ""}; give a build's id, its output directory or a ${recordingName}`,
  );
}

/** Reads a build for a command. @throws UsageError if the file cannot be read or is no recording. */
export function openBuild(path: string): Build {
  try {
    return readBuild(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof NotARecording) throw new UsageError(error.message, { cause: error });
    if (code === undefined) throw error;
    throw new UsageError(
      `${path}: the recording must be readable, but: ${code}; check its path and its owner`,
      {
        cause: error,
      },
    );
  }
}
