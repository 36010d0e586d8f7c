import { readFileSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

/** The value of `--format`, if it is one of `known`. @throws UsageError if not. */
export function formatOf<T extends string>(command: string, known: readonly T[], value: string): T {
  const found = known.find((format) => format === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `${command}: --format must be one of ${known.join(", ")}, but it is ${JSON.stringify(value)}; give one of them`,
  );
}

/** Whether text for a person may have colour: on a terminal, unless NO_COLOR is set (no-color.org). */
export function mayColour(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
}

/** The content of a file that an option names. @throws UsageError if it cannot be read */
export function fileOf(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--${option}: ${path}: must be a file that can be read, but: ${code}; check its path and its owner`,
      { cause: error },
    );
  }
}
