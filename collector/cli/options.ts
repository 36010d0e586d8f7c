import { UsageError } from "./usage-error.ts";

/** The value of `--format`, if it is one of `known`. @throws UsageError if not. */
export function formatOf<T extends string>(command: string, known: readonly T[], value: string): T {
  const found = known.find((format) => format === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `isotrace ${command}: --format must be one of ${known.join(", ")}, but it is ${JSON.stringify(value)}; give one of them`,
  );
}

/** Whether text for a person may have colour: on a terminal, unless NO_COLOR is set (no-color.org). */
export function mayColour(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
}
