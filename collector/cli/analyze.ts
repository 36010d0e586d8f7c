import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeReports } from "../analyze.ts";
import { reports } from "../report/reports.ts";
import { openBuild, resolveBuild } from "../resolve-build.ts";
import { formatOf } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const usage = `isotrace analyze [--out DIR] [--format text|json] RECORDING

Makes every report again from a recording:
  ${reports.map(({ name }) => name).join("\n  ")}
The same recording gives the same bytes.

  RECORDING   a recording, the output directory that holds it, or a build's id
  --out DIR   where the reports go (default: beside the recording)
  --format    how the outcome is printed: text (default) or json

Exits 0, also for an incomplete recording; the reports say so at their top.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: "string" }, format: { type: "string", default: "text" } },
  });
  const format = formatOf("analyze", ["text", "json"], values.format);
  const [build] = positionals;
  if (build === undefined || positionals.length > 1) {
    throw new UsageError("analyze: give one RECORDING, for example: isotrace analyze latest");
  }
  const recording = resolveBuild(build, process.cwd());
  const out = resolve(values.out ?? dirname(recording));
  const { complete, causes } = writeReports(openBuild(recording), out);
  if (format === "json") {
    process.stdout.write(`${JSON.stringify({ version: 1, out, complete, causes }, null, 2)}\n`);
  } else {
    process.stdout.write(`reports in ${out}\n`);
    if (!complete) process.stdout.write(`INCOMPLETE:\n${causes.map((cause) => `  ${cause}\n`).join("")}`);
  }
  return 0;
}
