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
import type { FindingsReport, Listed } from "./report.ts";

/** A screen: beyond it, only how much there is. */
const mostLines = 40;
const mostOfGroup = 3;
const widest = 160;

/** For a terminal: by culprit, most certain first. What the baseline accepts is only counted. */
export const text: FindingsFormat = {
  name: "text",
  print: (report, options) => `${lines(report, options).join("\n")}\n`,
};

function lines(report: FindingsReport, options: Options): string[] {
  const { paint, isFull } = options;
  const open = report.listed.filter(({ isAccepted }) => !isAccepted);
  const groups = groupsOf(isFull ? report.listed : open);
  const printed = head(report, open, groups.length, options);
  let left = groups.length;
  for (const group of groups) {
    const next = ["", ...groupLines(group, options)];
    if (!isFull && left < groups.length && printed.length + next.length > mostLines) break;
    printed.push(...next);
    left--;
  }
  const rest = groups.slice(groups.length - left).flatMap(({ listed }) => listed);
  if (rest.length > 0) {
    printed.push(
      "",
      paint.faint(
        `and ${rest.length} more by ${left} others (${countsText(rest)}): see --all or --format json`,
      ),
    );
  }
  return printed;
}

function head(
  report: FindingsReport,
  open: readonly Listed[],
  groups: number,
  { paint, isStable }: Options,
): string[] {
  const { complete, causes, build } = report;
  const what = `${report.hasBaseline ? "new " : ""}finding${open.length === 1 ? "" : "s"}`;
  const of = isStable ? "" : ` of build ${shown(build)}`;
  const by = open.length === 0 ? "" : `, because of ${groups} ${groups === 1 ? "culprit" : "culprits"}`;
  return [
    ...(complete
      ? []
      : [paint.alert("INCOMPLETE recording:"), ...causes.map((cause) => `  ${printable(cause)}`)]),
    paint.strong(`${open.length} ${what}${of}: ${countsText(open)}${by}`),
    ...[baselineText(report), unexaminedText(report)].filter((line) => line !== "").map(cut),
  ];
}

function groupLines({ culprit, listed }: Group, { paint, isStable, isFull }: Options): string[] {
  const named = isFull ? listed : listed.slice(0, mostOfGroup);
  const remedies = [...new Set(named.map(({ finding }) => finding.remedy))];
  const rest = listed.slice(named.length);
  return [
    paint.strong(cut(culpritText(culprit))),
    ...named.map(({ finding, isAccepted }) => {
      const { confidence, source, path } = finding;
      const level = confidence === "high" ? paint.alert(confidence.padEnd(6)) : confidence.padEnd(6);
      const known = isAccepted ? " (accepted)" : "";
      return `  ${level}  ${source.padEnd(16)} ${cut(`${pathText(path)}${known}  ${evidenceText(finding, isStable)}`)}`;
    }),
    ...(rest.length === 0 ? [] : [paint.faint(`  and ${rest.length} more (${countsText(rest)})`)]),
    ...remedies.map((remedy) => paint.faint(`  fix: ${remedy}`)),
  ];
}

function cut(line: string): string {
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}
