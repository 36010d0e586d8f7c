import { statSync } from "node:fs";
import { UsageError } from "../../collector/cli/usage-error.ts";

/** @throws UsageError if what was given as BUILD_DIR is no directory. */
export function requireBuildDirectory(command: string, given: string): void {
  if (!statSync(given, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${command}: ${given}: not a directory; give the directory that "lb build" runs in`);
}
