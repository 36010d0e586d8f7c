import { shown } from "../../model/bytes.ts";
import { culpritText, printable } from "../../nondeterminism/formats/phrases.ts";
import type { Cause } from "../causes.ts";
import type { Diff } from "../diff.ts";
import type { Difference } from "../explain/difference.ts";
import { lacking, packageText, placeText, plural, verdictText } from "./phrases.ts";

/** Rows of a table, and lines of a list: GitHub cuts a comment at 65,536 characters. */
const mostRows = 50;
const mostPaths = 3;

/** The comparison for a merge request or a job's summary (CommonMark 0.31): nothing that was read can be markup. */
export function diffMarkdown(diff: Diff): string {
  const missing = lacking(diff);
  const byPath = new Map(diff.differences.map((each) => [each.path, each]));
  const lines = [
    `# ${missing.length === 0 ? "" : "INCOMPLETE: "}${verdictText(diff)}`,
    ...(missing.length === 0
      ? []
      : ["", "What is missing from this comparison:", "", ...list(missing.map(prose))]),
    "",
    `- A: ${code(Buffer.from(diff.a.build, "utf8").toString("latin1"))}`,
    `- B: ${code(Buffer.from(diff.b.build, "utf8").toString("latin1"))}`,
    ...causeTable(diff.causes, byPath),
    ...section(
      "Effects",
      diff.effects.map(
        ({ path, of, reason }) => `${code(path)}: ${reason} (of ${plural(of.length, "path")})`,
      ),
    ),
    ...section(
      "Packages",
      diff.packages.map((each) => prose(packageText(each))),
    ),
    ...section(
      "Commands that ran in one build only",
      diff.commands.told.map(({ build, command, paths }) => {
        const wrote = paths.length === 0 ? "" : `: wrote ${paths.slice(0, mostPaths).map(code).join(", ")}`;
        return `in ${build}: ${code(command)}${wrote}`;
      }),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function causeTable(causes: readonly Cause[], byPath: ReadonlyMap<string, Difference>): string[] {
  if (causes.length === 0) return [];
  const rows = causes.slice(0, mostRows).map(({ culprit, source, confidence, paths, remedy }) => {
    const explained = byPath.get(paths[0]!)?.explanations.find((each) => each.source === source);
    const named = paths.slice(0, mostPaths).map(code).join(", ");
    const rest = paths.length > mostPaths ? ` and ${paths.length - mostPaths} more` : "";
    const place = explained === undefined ? "" : (placeText(explained) ?? explained.reasons[0] ?? "");
    const cells = [
      prose(culpritText(culprit ?? undefined)),
      `${source}, ${confidence}`,
      named + rest,
      prose(place),
      prose(remedy),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const left = causes.length - mostRows;
  return [
    "",
    "## Causes, most likely first",
    "",
    "| Culprit | Source | Paths | First place | Remedy |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    ...(left > 0 ? ["", `And ${plural(left, "more cause")}.`] : []),
  ];
}

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ["", `## ${title}`, "", ...list(items)];
}

function list(items: readonly string[]): string[] {
  const rest = items.length - mostRows;
  return [
    ...items.slice(0, mostRows).map((item) => `- ${item}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

/** A byte string as code of Markdown in a table, whatever it holds. */
function code(bytes: string): string {
  const line = shown(bytes).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** Text in which nothing is markup, also in a table. */
function prose(text: string): string {
  return printable(text).replace(/[\\`*_<>[\]|#~&]/g, "\\$&");
}
