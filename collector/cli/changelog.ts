import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { compare } from "../changelog/compare.ts";
import { printChangelogJson } from "../changelog/json.ts";
import { changelogMarkdown } from "../changelog/markdown.ts";
import { type Side, sideOfManifest } from "../changelog/side.ts";
import { changelogText } from "../changelog/text.ts";
import { ManifestError } from "../manifest/error.ts";
import { readBounded } from "../manifest/formats/read-tails.ts";
import { isManifestFile } from "../manifest/is-manifest-file.ts";
import { parseTails } from "../manifest/tails.ts";
import { colour, plain } from "../why/text.ts";
import { formatOf, mayColour } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const usage = `isotrace changelog [--format text|markdown|json] A B

What changed from A to B: archives' states, packages added, removed, upgraded and downgraded, and the Debian
changelog's entries between their versions as recorded with B, with security uploads and CVE numbers.

  A, B       each a build (its id, its output directory or a recording) or a build-manifest file
  --format   text (default), markdown or json

Exits 0.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: "string", default: "text" } },
  });
  const format = formatOf("changelog", ["text", "markdown", "json"], values.format);
  const [a, b] = positionals;
  if (a === undefined || b === undefined || positionals.length > 2) {
    throw new UsageError(
      "changelog: give two builds or manifests, for example: isotrace changelog old.build-manifest latest",
    );
  }
  // One after the other: of each only what is compared stays in memory.
  const before = await sideOf(a);
  const comparison = compare(before, await sideOf(b));
  switch (format) {
    case "text":
      process.stdout.write(changelogText(comparison, mayColour() ? colour : plain));
      break;
    case "markdown":
      process.stdout.write(changelogMarkdown(comparison));
      break;
    case "json":
      process.stdout.write(printChangelogJson(comparison));
      break;
    default:
      format satisfies never;
  }
  return 0;
}

async function sideOf(given: string): Promise<Side> {
  const file = resolve(given);
  return isManifestFile(file) ? manifestSide(given, file) : await buildSide(given);
}

function manifestSide(given: string, file: string): Side {
  try {
    return sideOfManifest(given, parseTails(readBounded(file, "give a build-manifest"), file));
  } catch (error) {
    if (error instanceof ManifestError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function buildSide(given: string): Promise<Side> {
  // Two manifests are compared in the time that it takes to load what reads recordings.
  const [{ openBuild, resolveBuild }, { materialOf }, { sideOfBuild }] = await Promise.all([
    import("../resolve-build.ts"),
    import("../report/report.ts"),
    import("../changelog/side-of-build.ts"),
  ]);
  return sideOfBuild(given, materialOf(openBuild(resolveBuild(given, process.cwd()))));
}
