import { shown } from "../../model/bytes.ts";
import { culpritText, printable } from "../../nondeterminism/formats/phrases.ts";
import type { Paint } from "../../why/text.ts";
import type { Cause } from "../causes.ts";
import type { Diff } from "../diff.ts";
import type { Difference } from "../explain/difference.ts";
import { lacking, packageText, pathText, placeText, plural, verdictText, writerText } from "./phrases.ts";

/** Paths of one cause, causes, and lines of a list, for a person; the JSON has all of them. */
const mostPaths = 5;
const mostCauses = 40;
const mostLines = 20;

/** The comparison for a person at a terminal. */
export function diffText(diff: Diff, paint: Paint): string {
  const missing = lacking(diff);
  const byPath = new Map(diff.differences.map((each) => [each.path, each]));
  const lines = [
    ...(missing.length === 0
      ? []
      : [paint.alert("INCOMPLETE:"), ...missing.map((each) => `  ${printable(each)}`), ""]),
    `A  ${printable(diff.a.build)}`,
    `B  ${printable(diff.b.build)}`,
    "",
    paint.strong(verdictText(diff)),
    ...causeLines(diff.causes, byPath, paint),
    ...effectLines(diff, paint),
    ...packageLines(diff, paint),
    ...commandLines(diff, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function causeLines(
  causes: readonly Cause[],
  byPath: ReadonlyMap<string, Difference>,
  paint: Paint,
): string[] {
  if (causes.length === 0) return [];
  const lines = ["", paint.strong("Causes, most likely first")];
  const named = causes.slice(0, mostCauses);
  for (const cause of named.filter(({ source }) => source !== "file-metadata")) {
    const told = cause.paths.map((path) => byPath.get(path)!).filter((each) => !isToldWithOther(each));
    lines.push("", `  ${headLine(cause, paint)}`);
    for (const each of told.slice(0, mostPaths)) lines.push(...pathLines(each, cause, paint));
    const rest = told.length - mostPaths;
    if (rest > 0) lines.push(`    and ${plural(rest, "more path")}`);
    lines.push(`    ${paint.faint(`remedy: ${printable(cause.remedy)}`)}`);
  }
  const ofMetadata = named.filter(({ source }) => source === "file-metadata");
  return [
    ...lines,
    ...metadataLines(ofMetadata, byPath, paint),
    ...more(causes.length - mostCauses, "cause"),
  ];
}

function headLine({ culprit, source, confidence, paths }: Cause, paint: Paint): string {
  const facts = `(${confidence}, ${plural(paths.length, "path")})`;
  return `${paint.strong(culpritText(culprit ?? undefined))}: ${source} ${paint.faint(facts)}`;
}

/** Times and modes are many, and mostly clamped: a line each. */
function metadataLines(
  causes: readonly Cause[],
  byPath: ReadonlyMap<string, Difference>,
  paint: Paint,
): string[] {
  if (causes.length === 0) return [];
  const lines = causes.map((cause) => {
    const first = byPath.get(cause.paths[0]!)!;
    const rest = cause.paths.length - 1;
    const others = rest > 0 ? ` and ${plural(rest, "more path")}` : "";
    const reason = first.explanations.find(({ source }) => source === cause.source)?.reasons[0] ?? "";
    return `  ${headLine(cause, paint)}: ${shown(first.path)}${others}: ${printable(reason)}`;
  });
  return ["", ...lines];
}

/** What only has another name in B is told of with its name in A. */
function isToldWithOther({ presence, counterpart }: Difference): boolean {
  return presence === "B" && counterpart !== undefined;
}

function pathLines(difference: Difference, { source }: Cause, paint: Paint): string[] {
  const explained =
    difference.explanations.find((each) => each.source === source) ?? difference.explanations[0]!;
  const place = placeText(explained);
  const writer = writerText(difference);
  return [
    `    ${pathText(difference)}`,
    ...(place === undefined ? [] : [`      ${place}`]),
    ...(place === undefined
      ? explained.reasons.slice(0, 2).map((reason) => `      ${printable(reason)}`)
      : []),
    ...difference.notes.map((note) => `      ${printable(note)}`),
    ...(writer === undefined ? [] : [`      ${paint.faint(`by ${writer}`)}`]),
  ];
}

function effectLines({ effects }: Diff, paint: Paint): string[] {
  if (effects.length === 0) return [];
  const lines = effects.slice(0, mostLines).map(({ path, of, reason }) => {
    const named = of.length === 1 ? `of ${shown(of[0]!)}` : `of ${plural(of.length, "path")}`;
    return `  ${shown(path)}: ${reason} (${named})`;
  });
  return ["", paint.strong("Effects"), ...lines, ...more(effects.length - mostLines, "effect")];
}

function packageLines({ packages }: Diff, paint: Paint): string[] {
  if (packages.length === 0) return [];
  const lines = packages.slice(0, mostLines).map((each) => `  ${packageText(each)}`);
  return ["", paint.strong("Packages"), ...lines, ...more(packages.length - mostLines, "package")];
}

function commandLines({ commands: { told, untold } }: Diff, paint: Paint): string[] {
  if (told.length === 0) return [];
  const lines = told.slice(0, mostLines).map(({ build, command, paths }) => {
    const wrote =
      paths.length === 0
        ? ""
        : `: wrote ${shown(paths[0]!)}${paths.length > 1 ? ` and ${paths.length - 1} more` : ""}`;
    return `  ${build}  ${cut(shown(command))}${wrote}`;
  });
  const rest = Math.max(told.length - mostLines, 0) + untold;
  return ["", paint.strong("Commands that ran in one build only"), ...lines, ...more(rest, "command")];
}

function more(rest: number, thing: string): string[] {
  return rest > 0 ? [`  and ${plural(rest, `more ${thing}`)}: see --format json`] : [];
}

function cut(text: string): string {
  return text.length > 110 ? `${text.slice(0, 109)}…` : text;
}
