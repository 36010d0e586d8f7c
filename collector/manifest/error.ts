/**
 * Input or data that a manifest cannot hold: the message is one line that names the subject, the rule, the
 * value and what to do. Callers branch on the class: it is the user's input that is wrong, not the program.
 */
export class ManifestError extends Error {
  override readonly name = "ManifestError";

  constructor(parts: ManifestErrorParts) {
    super(oneLine(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
  }
}

export type ManifestErrorParts = {
  /** What is wrong: a file, a line of it, a package. */
  readonly subject: string;
  /** The rule it breaks. */
  readonly rule: string;
  /** The offending value; shown quoted, control characters escaped, shortened. */
  readonly value?: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly cause?: unknown;
};

const SHOWN = 60;

function oneLine({ subject, rule, value, remedy }: ManifestErrorParts): string {
  const shown = value === undefined ? "" : `, but it is ${quoted(value)}`;
  return `${subject}: ${rule}${shown}; ${remedy}`;
}

/** `value` for a message: in JSON's quotes, so that no line break or terminal escape gets through. */
export function quoted(value: string): string {
  const cut = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
