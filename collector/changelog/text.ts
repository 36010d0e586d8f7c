import { shown } from "../model/bytes.ts";
import type { Paint } from "../why/text.ts";
import type { Comparison } from "./compare.ts";
import { type Group, headings, linesOf, namer, sectionsOf } from "./groups.ts";
import type { EntryNews, MissingNews, SourceNews } from "./news.ts";
import type { OriginChange } from "./origin-changes.ts";
import type { PackageChange } from "./package-changes.ts";
import { marksOf, newsFinder, sideLine, summaryOf, tabless } from "./phrases.ts";

/** The comparison for a person at a terminal. */
export function changelogText(comparison: Comparison, paint: Paint): string {
  const { a, b, complete, causes, origins, changes, news } = comparison;
  const lineGroup = groupWriter(namer(a, b), newsFinder(news), paint);
  const lines = [
    ...(complete === false ? [paint.alert("INCOMPLETE:"), ...causes.map((cause) => `  ${cause}`), ""] : []),
    `A  ${sideLine(a)}`,
    `B  ${sideLine(b)}`,
    "",
    paint.strong(summaryOf(comparison)),
    ...originLines(origins, paint),
    ...sectionsOf(changes).flatMap(({ kind, count, parts }) => [
      "",
      paint.strong(`${headings[kind]} (${count})`),
      ...parts.flatMap(({ origin, groups }) => [
        ...(origin === undefined ? [] : [`  from ${shown(origin ?? "no known archive")}:`]),
        ...groups.flatMap(lineGroup),
      ]),
    ]),
    ...(news.sources.length === 0 ? [] : ["", paint.strong("Changelogs")]),
    ...news.sources.flatMap((source) => ["", ...sourceLines(source, paint)]),
    ...news.notRecorded.flatMap((reason) => ["", `changelog not recorded: ${reason}`]),
    ...missingLines(news.missing, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function originLines(origins: readonly OriginChange[], paint: Paint): string[] {
  if (origins.length === 0) return [];
  const width = origins.reduce((most, { archive }) => Math.max(most, shown(archive).length), 0);
  return [
    "",
    paint.strong("Archives"),
    ...origins.map((each) => `  ${shown(each.archive).padEnd(width)}  ${originText(each)}`),
  ];
}

function originText({ kind, from, to }: OriginChange): string {
  const [old, now] = [shown(from?.reference ?? ""), shown(to?.reference ?? "")];
  switch (kind) {
    case "added":
      return `added, at ${now}`;
    case "removed":
      return `removed, was at ${old}`;
    case "moved":
      return `${old} -> ${now}`;
    case "same":
      return `${now}, as before`;
    default:
      return kind satisfies never;
  }
}

function groupWriter(
  nameOf: (change: PackageChange) => string,
  newsOf: (group: Group) => SourceNews | undefined,
  paint: Paint,
): (group: Group) => string[] {
  return (group) => {
    const lines = linesOf(group, nameOf, shown);
    const news = newsOf(group);
    const marks = news === undefined ? "" : marksText(news, paint);
    const [first, ...others] = lines;
    if (first === undefined) return [];
    const source = shown(group.source ?? "");
    const isItself = group.source === null || (first.names.length === 1 && first.names[0] === source);
    if (others.length === 0 && isItself) return [`    ${first.names[0]} ${first.what}${marks}`];
    if (others.length === 0) return [`    ${source}: ${first.names.join(", ")} ${first.what}${marks}`];
    return [`    ${source}:${marks}`, ...lines.map(({ names, what }) => `      ${names.join(", ")} ${what}`)];
  };
}

function marksText(news: Pick<SourceNews, "isSecurity" | "cves">, paint: Paint): string {
  const { security, cves } = marksOf(news);
  return [...(security === "" ? [] : [paint.alert(security)]), ...cves].map((mark) => `  ${mark}`).join("");
}

function sourceLines({ source, ranges, direction, entries, isCut }: SourceNews, paint: Paint): string[] {
  const versions = ranges.map(({ above, upTo }) =>
    direction === "gained" ? `${shown(above)} -> ${shown(upTo)}` : `${shown(upTo)} -> ${shown(above)}`,
  );
  const lost = direction === "lost" ? ": these uploads are gone" : "";
  return [
    `  ${paint.strong(shown(source))} ${versions.join(", ")}${lost}`,
    ...entries.flatMap((entry) => entryLines(entry, paint)),
    ...(entries.length === 0 ? ["    no entry of these versions"] : []),
    ...(isCut ? ["    older entries were not recorded"] : []),
  ];
}

function entryLines(entry: EntryNews, paint: Paint): string[] {
  const { version, distributions, urgency, changes } = entry;
  const head = [version, ...distributions, ...(urgency === "" ? [] : [`urgency ${urgency}`])].map(shown);
  return [
    `    ${head.join(" ")}${marksText(entry, paint)}`,
    ...changes.map((line) => (line === "" ? "" : paint.faint(`    ${shown(tabless(line))}`))),
  ];
}

function missingLines(missing: readonly MissingNews[], paint: Paint): string[] {
  if (missing.length === 0) return [];
  return [
    "",
    paint.strong(`Changelogs that were not recorded (${missing.length})`),
    ...missing.map((each) => `  ${shown(each.package)}: ${shown(each.because)}`),
  ];
}
