import { shown } from "../model/bytes.ts";
import type { Comparison } from "./compare.ts";
import { type Group, headings, linesOf, namer, type Origin, sectionsOf } from "./groups.ts";
import type { EntryNews, MissingNews, SourceNews } from "./news.ts";
import type { OriginChange } from "./origin-changes.ts";
import type { PackageChange } from "./package-changes.ts";
import { marksOf, newsFinder, sideLine, summaryOf, tabless } from "./phrases.ts";

/** The comparison in Markdown (CommonMark 0.31): nothing that was read can be markup. */
export function changelogMarkdown(comparison: Comparison): string {
  const { a, b, complete, causes, origins, changes, news } = comparison;
  const lineGroup = groupWriter(namer(a, b), newsFinder(news));
  const missing = causes.map((cause) => `- ${prose(cause)}`);
  const lines = [
    `# ${complete === false ? "INCOMPLETE: " : ""}${summaryOf(comparison)}`,
    "",
    ...(complete === false ? ["What is missing from this comparison:", "", ...missing, ""] : []),
    `- A: ${prose(sideLine(a))}`,
    `- B: ${prose(sideLine(b))}`,
    ...(origins.length === 0 ? [] : ["", "## Archives", "", ...origins.map(originLine)]),
    ...sectionsOf(changes).flatMap(({ kind, count, parts }) => [
      "",
      `## ${headings[kind]} (${count})`,
      ...parts.flatMap(({ origin, groups }) => ["", ...originHead(origin), ...groups.flatMap(lineGroup)]),
    ]),
    ...(news.sources.length === 0 ? [] : ["", "## Changelogs"]),
    ...news.sources.flatMap((source) => ["", ...sourceLines(source)]),
    ...news.notRecorded.flatMap((reason) => ["", `Changelog not recorded: ${prose(reason)}.`]),
    ...missingLines(news.missing),
  ];
  return `${lines.join("\n")}\n`;
}

function originLine({ kind, archive, from, to }: OriginChange): string {
  const [old, now] = [code(from?.reference ?? ""), code(to?.reference ?? "")];
  switch (kind) {
    case "added":
      return `- ${code(archive)}: added, at ${now}`;
    case "removed":
      return `- ${code(archive)}: removed, was at ${old}`;
    case "moved":
      return `- ${code(archive)}: ${old} -> ${now}`;
    case "same":
      return `- ${code(archive)}: ${now}, as before`;
    default:
      return kind satisfies never;
  }
}

function originHead(origin: Origin): string[] {
  if (origin === undefined) return [];
  return [origin === null ? "From no known archive:" : `From ${code(origin)}:`, ""];
}

function groupWriter(
  nameOf: (change: PackageChange) => string,
  newsOf: (group: Group) => SourceNews | undefined,
): (group: Group) => string[] {
  return (group) => {
    const lines = linesOf(group, nameOf, code);
    const news = newsOf(group);
    const marks = news === undefined ? "" : marksText(news);
    const [first, ...others] = lines;
    if (first === undefined) return [];
    const source = code(group.source ?? "");
    const isItself = group.source === null || (first.names.length === 1 && first.names[0] === source);
    if (others.length === 0 && isItself) return [`- ${first.names[0]} ${first.what}${marks}`];
    if (others.length === 0) return [`- ${source}: ${first.names.join(", ")} ${first.what}${marks}`];
    return [`- ${source}:${marks}`, ...lines.map(({ names, what }) => `  - ${names.join(", ")} ${what}`)];
  };
}

function marksText(news: Pick<SourceNews, "isSecurity" | "cves">): string {
  const { security, cves } = marksOf(news);
  return [...(security === "" ? [] : [`**${security}**`]), ...cves].map((mark) => ` ${mark}`).join("");
}

function sourceLines({ source, direction, ranges, entries, isCut }: SourceNews): string[] {
  const versions = ranges.map(({ above, upTo }) =>
    direction === "gained" ? `${code(above)} -> ${code(upTo)}` : `${code(upTo)} -> ${code(above)}`,
  );
  const lost = direction === "lost" ? ": these uploads are gone" : "";
  return [
    `### ${code(source)} ${versions.join(", ")}${lost}`,
    ...entries.flatMap((entry) => ["", ...entryLines(entry)]),
    ...(entries.length === 0 ? ["", "No entry of these versions."] : []),
    ...(isCut ? ["", "Older entries were not recorded."] : []),
  ];
}

function entryLines(entry: EntryNews): string[] {
  const { version, distributions, urgency, changes } = entry;
  const head = [version, ...distributions].map(code).join(" ");
  return [
    `${head}${urgency === "" ? "" : ` urgency ${code(urgency)}`}${marksText(entry)}`,
    ...(changes.length === 0 ? [] : ["", ...fenced(changes.map((line) => shown(tabless(line))))]),
  ];
}

function missingLines(missing: readonly MissingNews[]): string[] {
  if (missing.length === 0) return [];
  return [
    "",
    `## Changelogs that were not recorded (${missing.length})`,
    "",
    ...missing.map((each) => `- ${code(each.package)}: ${prose(shown(each.because))}`),
  ];
}

/** Lines as they are: no run of backticks in them is as long as the fence. */
function fenced(lines: readonly string[]): string[] {
  const fence = "`".repeat(lines.reduce((most, line) => Math.max(most, longestRun(line)), 2) + 1);
  return [fence, ...lines, fence];
}

/** A byte string as a code span, whatever it holds. */
function code(bytes: string): string {
  const line = shown(bytes);
  if (line === "") return "(empty)";
  const ticks = "`".repeat(longestRun(line) + 1);
  // A space at both ends is taken off again; so is one of a text's own.
  const pad = /^[` ]|[` ]$/.test(line) ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

function longestRun(line: string): number {
  return (line.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
}

/** Text within a line in which nothing is markup or HTML (CommonMark, 2.4). */
function prose(line: string): string {
  return line.replace(/[\\`*_<>[\]&~|]/g, "\\$&");
}
