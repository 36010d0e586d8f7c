import { shown } from "../../model/bytes.ts";
import type { FindingsFormat, Options } from "./format.ts";
import { type Group, groupsOf } from "./groups.ts";
import {
  baselineText,
  countsText,
  culpritText,
  evidenceText,
  pathText,
  printable,
  unexaminedText,
} from "./phrases.ts";
import type { FindingsReport } from "./report.ts";

/** Rows of all tables: GitHub cuts a comment at 65,536 characters. */
const mostRows = 100;

/** For a merge request or a job's summary: a table for each culprit. */
export const markdown: FindingsFormat = {
  name: "markdown",
  print: (report, options) => `${lines(report, options).join("\n")}\n`,
};

function lines(report: FindingsReport, options: Options): string[] {
  const open = report.listed.filter(({ isAccepted }) => !isAccepted);
  const { complete, causes, build, hasBaseline } = report;
  const of = options.isStable ? "" : ` of build ${code(build)}`;
  const title = `${open.length} ${hasBaseline ? "new " : ""}nondeterminism finding${open.length === 1 ? "" : "s"}`;
  const printed = [`# ${complete ? "" : "INCOMPLETE: "}${title}`, ""];
  if (!complete) {
    printed.push(
      "What is missing from this report:",
      "",
      ...causes.map((cause) => `- ${escaped(printable(cause))}`),
      "",
    );
  }
  printed.push(`Findings${of}: ${countsText(open)}.`);
  for (const note of [baselineText(report), unexaminedText(report)])
    if (note !== "") printed.push("", `${escaped(note)}.`);
  let room = options.isFull ? Number.POSITIVE_INFINITY : mostRows;
  for (const group of groupsOf(options.isFull ? report.listed : open)) {
    const named = group.listed.slice(0, room);
    room -= named.length;
    if (named.length > 0) printed.push("", ...section({ ...group, listed: named }, options));
  }
  const rest = open.length - mostRows;
  if (!options.isFull && rest > 0) printed.push("", `And ${rest} more: see findings.json.`);
  return printed;
}

function section({ culprit, listed }: Group, { isStable }: Options): string[] {
  const remedies = [...new Set(listed.map(({ finding }) => finding.remedy))];
  return [
    `## ${escaped(culpritText(culprit))}`,
    "",
    "| Confidence | Source | Path | Evidence |",
    "| --- | --- | --- | --- |",
    ...listed.map(({ finding, isAccepted }) => {
      const { confidence, source, path } = finding;
      const where = path === "" ? escaped(pathText(path)) : code(path);
      const cells = [
        isAccepted ? `${confidence}, accepted` : confidence,
        source,
        where,
        escaped(evidenceText(finding, isStable)),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
    "",
    ...remedies.map((remedy) => `- ${escaped(remedy)}`),
  ];
}

/** A byte string as code of Markdown in a table, whatever it holds. */
function code(bytes: string): string {
  const line = shown(bytes).replaceAll("|", "\\|");
  const fence = "`".repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** Text in which nothing is Markdown or HTML. */
function escaped(line: string): string {
  return line.replace(/[\\`*_<>[\]|#]/g, "\\$&").replaceAll("&", "&amp;");
}
