import { quoted } from "../manifest/error.ts";

/**
 * A command on frozen archives that cannot be done: the message is one line that names the subject, the rule it breaks,
 * the value and what to do.
 */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";

  constructor(parts: SnapshotErrorParts) {
    super(oneLine(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
  }
}

export interface SnapshotErrorParts {
  /** What is wrong: a file, an archive, a snapshot. */
  readonly subject: string;
  /** The rule it breaks. */
  readonly rule: string;
  /** The offending value; shown quoted, control characters escaped, shortened. */
  readonly value?: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly cause?: unknown;
}

function oneLine({ subject, rule, value, remedy }: SnapshotErrorParts): string {
  const shown = value === undefined ? "" : `, but it is ${quoted(value)}`;
  return `${subject}: ${rule}${shown}; ${remedy}`;
}
