import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** The regular files below a directory, as paths relative to it; none if it does not exist. */
export function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)));
}
