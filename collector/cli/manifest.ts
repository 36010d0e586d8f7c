import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { fileMagic } from "../../proto/recording.ts";
import type { BuildManifest } from "../manifest/build-manifest.ts";
import { ManifestError } from "../manifest/error.ts";
import { manifestOf } from "../manifest/from-packages.ts";
import { type ManifestJson, manifestFileJson, manifestJson } from "../manifest/json.ts";
import { MAX_FILE_BYTES, tooLarge } from "../manifest/lines.ts";
import { parseTails, printTails } from "../manifest/tails.ts";
import { materialOf } from "../report/report.ts";
import { openBuild, resolveBuild } from "../resolve-build.ts";
import { formatOf } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const usage = `isotrace manifest [--format tails|json|text] BUILD|MANIFEST

Prints which packages a build used, and the state of the archives that they came from.

  BUILD      a build's id, its output directory or a recording
  MANIFEST   a build-manifest file
  --format   tails (default; text is the same): Tails' build-manifest; json: with URIs, checksums and origins

Exits 0.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: "string", default: "tails" } },
  });
  const format = formatOf("manifest", ["tails", "json", "text"], values.format);
  const [given] = positionals;
  if (given === undefined || positionals.length > 1) {
    throw new UsageError(
      "isotrace manifest: give one BUILD or MANIFEST, for example: isotrace manifest latest",
    );
  }
  const file = resolve(given);
  const { manifest, json } = isManifestFile(file) ? fromFile(file) : fromBuild(given);
  if (format === "json") process.stdout.write(`${JSON.stringify(json(), null, 2)}\n`);
  else process.stdout.write(Buffer.from(printTails(manifest), "latin1"));
  return 0;
}

interface Source {
  readonly manifest: BuildManifest;
  readonly json: () => ManifestJson;
}

function fromBuild(given: string): Source {
  const { build, packages, archives } = materialOf(openBuild(resolveBuild(given, process.cwd())));
  const { manifest, refused } = manifestOf(packages, archives);
  const { complete, causes } = build.causes();
  if (!complete) process.stderr.write(`isotrace: INCOMPLETE: ${causes.join("; ")}\n`);
  if (refused.length > 0) {
    process.stderr.write(
      `isotrace: ${refused.length} packages cannot stand in a build-manifest: see --format json\n`,
    );
  }
  return { manifest, json: () => manifestJson(build, packages, archives) };
}

function fromFile(path: string): Source {
  const { size } = statSync(path);
  if (size > MAX_FILE_BYTES) throw new UsageError(tooLarge(path, `${size} bytes`).message);
  try {
    const manifest = parseTails(readFileSync(path), path);
    return { manifest, json: () => manifestFileJson(manifest) };
  } catch (error) {
    if (error instanceof ManifestError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** A file that does not begin as a recording. */
function isManifestFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const fd = openSync(path, "r");
  try {
    const start = Buffer.alloc(fileMagic.length);
    return readSync(fd, start, 0, start.length, 0) < start.length || !start.equals(fileMagic);
  } finally {
    closeSync(fd);
  }
}
