import { createHash } from "node:crypto";
import type { Culprit } from "./finding.ts";
import type { Source } from "./source.ts";

/** What a finding is known by from build to build. Texts are byte strings. */
export interface Cause {
  readonly source: Source;
  readonly path: string;
  readonly culprit: Culprit | undefined;
  /** What else tells two causes apart where the path does not: a program and its URL, a package's name. */
  readonly what?: string;
  /** The build directory, which may be another in every build. */
  readonly directory: string;
}

/**
 * The same for the same cause in every build, wherever that is made: of the source, the path and the culprit's name,
 * without what differs from build to build, and without versions. 32 hexadecimal digits.
 */
export function fingerprintOf({ source, path, culprit, what = "", directory }: Cause): string {
  const plain = (text: string) =>
    withoutValues(directory.length > 1 ? text.replaceAll(directory, ".") : text);
  const parts = [source, plain(path), culprit?.kind ?? "", plain(culprit?.name ?? ""), plain(what)];
  return createHash("sha256").update(parts.join("\0"), "latin1").digest("hex").slice(0, 32);
}

/** UUIDs, digests, times, long numbers and temporary names are what may differ; a kernel's version with its ABI as well. */
function withoutValues(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, "UUID")
    .replace(/(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])/gi, "HEX")
    .replace(/\b(\d+\.\d+\.\d+)(-\d+)?(?=-[a-z]|\b)/g, "VERSION")
    .replace(/\btmp\.?[A-Za-z0-9_]{6,}/g, "TMP")
    .replace(/\d{8,}/g, "NUMBER");
}
