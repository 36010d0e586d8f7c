import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** The path of the program that execvp(3) would run for this name; undefined if there is none. */
export function findProgram(name: string, path: string, workingDirectory: string): string | undefined {
  const candidates = name.includes("/")
    ? [resolve(workingDirectory, name)]
    : path.split(delimiter).map((directory) => resolve(workingDirectory, join(directory, name)));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // there, and not to be executed
  }
}
