import { readFileSync } from "node:fs";
import { ManifestError } from "../../manifest/error.ts";
import { PACKAGE } from "../../manifest/fields.ts";
import { readBounded } from "../../manifest/formats/read-tails.ts";
import { parseTails } from "../../manifest/tails.ts";
import { SnapshotError } from "../error.ts";
import type { Filter } from "../instance.ts";

/** The names of packages that a filter lets through. */
export interface Names {
  readonly binaries: ReadonlySet<string>;
  /** Beside the sources of the binaries. */
  readonly sources: ReadonlySet<string>;
}

/** @throws SnapshotError for a file that cannot be read as what it must be. */
export function namesOf({ packages, manifest }: Filter): Names {
  const listed = packages === undefined ? [] : listOf(packages);
  if (manifest === undefined) return { binaries: new Set(listed), sources: new Set() };
  const { binary, source } = manifestOf(manifest).packages;
  return {
    binaries: new Set([...listed, ...binary.map((each) => each.package)]),
    sources: new Set(source.map((each) => each.package)),
  };
}

/** A name on each line; `#` begins a comment. */
function listOf(path: string): string[] {
  const names = readFileSync(path, "latin1")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
  const wrong = names.find((name) => !PACKAGE.accepts(name));
  if (wrong === undefined) return names;
  const remedy = "write the name of one package on each line";
  throw new SnapshotError({ subject: path, rule: "must hold names of packages", value: wrong, remedy });
}

function manifestOf(path: string) {
  try {
    return parseTails(readBounded(path, "give a build-manifest"), path);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new SnapshotError({
      subject: path,
      rule: `must be a build-manifest (${error.message})`,
      remedy: "give one that isotrace has written",
      cause: error,
    });
  }
}
