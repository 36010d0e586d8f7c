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
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, not to be executed, or in a directory that may not be searched
  }
}
