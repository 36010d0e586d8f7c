import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, symlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../../collector/cli/usage-error.ts";

/**
 * Makes the directory that the recording and the reports go to.
 * @returns it, and the directories whose content is Isotrace's: with the default, those of earlier builds too.
 * @throws UsageError if it holds a recording already.
 */
export function prepareOutput(
  buildDirectory: string,
  chosen: string | undefined,
  build: string,
): { out: string; own: string[] } {
  const path = resolve(chosen ?? join(buildDirectory, "isotrace", build));
  mkdirSync(path, { recursive: true });
  if (existsSync(join(path, "recording.isotrace"))) {
    throw new UsageError(
      `${path}: holds a recording already; Isotrace does not overwrite one: give another --out, or remove it`,
    );
  }
  const out = realpathSync(path);
  if (chosen !== undefined) return { out, own: [out] };
  pointLatest(dirname(path), basename(path));
  return { out, own: [dirname(out), out] };
}

/** Sets the link `latest` in one step, so that no reader finds it missing; something else of that name stays. */
function pointLatest(directory: string, target: string): void {
  const link = join(directory, "latest");
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false) return;
  const next = `${link}.${process.pid}`;
  symlinkSync(target, next);
  renameSync(next, link);
}
