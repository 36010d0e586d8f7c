import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ManifestError } from "../manifest/error.ts";
import { readBounded } from "../manifest/formats/read-tails.ts";
import {
  type Baseline,
  BaselineError,
  mostBaselineBytes,
  parseBaseline,
  printBaseline,
} from "../nondeterminism/baseline.ts";
import { examine } from "../nondeterminism/find.ts";
import { findingsFormats } from "../nondeterminism/formats/formats.ts";
import { levels, reportOf } from "../nondeterminism/formats/report.ts";
import { materialOf } from "../report/report.ts";
import { openBuild, resolveBuild } from "../resolve-build.ts";
import { colour, plain } from "../why/text.ts";
import { formatOf, mayColour } from "./options.ts";
import { UsageError } from "./usage-error.ts";

const names = findingsFormats.map(({ name }) => name);

export const usage = `isotrace findings [--format FORMAT] [--all] [--stable] [--fail-on LEVEL] [--baseline FILE]
                  [--write-baseline FILE] BUILD

What will be another in the next build of the same image, because of what, and what to do about it.

  BUILD             a build's id, its output directory or a recording
  --format FORMAT
    text            by culprit, most certain first, one screen (default)
    json            everything that is known
    sarif           SARIF 2.1.0, as code scanning takes it
    junit           JUnit XML, as Jenkins takes it
    markdown        tables, for a merge request
  --all             text and markdown: all findings, also those that the baseline accepts
  --stable          without what is of this build alone: its id, the bytes that were found with their meaning, the
                    commands. sarif and junit never have it. Two builds of the same image then give the same bytes.
  --fail-on LEVEL   exit 1 for findings of this confidence or above: high, medium or low; new: for any that the
                    baseline does not accept
  --baseline FILE   findings that are accepted: they do not count
  --write-baseline FILE
                    writes all of this build's findings as a baseline; comments of the --baseline are kept

Exits 0; 1 as --fail-on says.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: "string", default: "text" },
      all: { type: "boolean", default: false },
      stable: { type: "boolean", default: false },
      "fail-on": { type: "string" },
      baseline: { type: "string" },
      "write-baseline": { type: "string" },
    },
  });
  const format = findingsFormats.find(({ name }) => name === formatOf("findings", names, values.format))!;
  const [build] = positionals;
  if (build === undefined || positionals.length > 1) {
    throw new UsageError("findings: give one BUILD, for example: isotrace findings latest");
  }
  const level = levelOf(values["fail-on"], values.baseline);
  const baseline = values.baseline === undefined ? undefined : readBaseline(values.baseline);
  const opened = openBuild(resolveBuild(build, process.cwd()));
  const examination = examine(materialOf(opened));
  const report = reportOf(opened, examination, baseline, level);
  const paint = mayColour() ? colour : plain;
  process.stdout.write(format.print(report, { paint, isStable: values.stable, isFull: values.all }));
  if (!report.complete && format.name !== "text") {
    process.stderr.write(`isotrace: INCOMPLETE: ${report.causes.join("; ")}\n`);
  }
  if (values["write-baseline"] !== undefined) {
    writeBaseline(values["write-baseline"], printBaseline(examination.findings, baseline));
  }
  return level !== undefined && report.listed.some(({ isFailing }) => isFailing) ? 1 : 0;
}

function levelOf(given: string | undefined, baseline: string | undefined) {
  if (given === undefined) return undefined;
  const level = levels.find((each) => each === given);
  if (level === undefined) {
    throw new UsageError(
      `findings: --fail-on must be one of ${levels.join(", ")}, but it is ${JSON.stringify(given)}; give one of them`,
    );
  }
  if (level === "new" && baseline === undefined) {
    throw new UsageError(
      "findings: --fail-on new needs --baseline FILE; write one first: isotrace findings --write-baseline FILE BUILD",
    );
  }
  return level;
}

function readBaseline(file: string): Baseline {
  try {
    const bytes = readBounded(
      resolve(file),
      "give a baseline that --write-baseline wrote",
      mostBaselineBytes,
    );
    return parseBaseline(Buffer.from(bytes).toString("utf8"), file);
  } catch (error) {
    if (error instanceof BaselineError || error instanceof ManifestError)
      throw new UsageError(`findings: ${error.message}`, { cause: error });
    throw error;
  }
}

function writeBaseline(file: string, text: string): void {
  try {
    writeFileSync(resolve(file), text);
  } catch (error) {
    throw new UsageError(
      `findings: --write-baseline: ${(error as Error).message}; give a file that can be written`,
      { cause: error },
    );
  }
}
