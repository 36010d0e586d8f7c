import { shown } from "../../model/bytes.ts";
import type { Culprit, Finding, Place } from "../finding.ts";
import type { Confidence } from "../source.ts";
import type { FindingsReport, Listed } from "./report.ts";

/** `package ca-certificates-java 20230710`; for a person. */
export function culpritText(culprit: Culprit | undefined): string {
  if (culprit === undefined) return "a writer that is not known";
  const version = culprit.package?.version ?? "";
  return [culprit.kind, shown(culprit.name), shown(version)].filter((word) => word !== "").join(" ");
}

export function pathText(path: string): string {
  return path === "" ? "(the build as a whole)" : shown(path);
}

/** `line 3`, `8 bytes at 0x2a`, `12 bytes at 0x100 in data.tar / ./etc/x`; "" for the file as a whole. */
export function whereText({ within, offset, line, bytes }: Place): string {
  const at =
    line !== undefined
      ? `line ${line}`
      : bytes === ""
        ? ""
        : `${bytes.length} bytes at 0x${offset.toString(16)}`;
  const inside = within.length === 0 ? "" : `in ${within.map(shown).join(" / ")}`;
  return [at, inside].filter((part) => part !== "").join(" ");
}

/** The first place with its meaning, and how many others there are; else the first reason. */
export function evidenceText({ evidence: [place], places, reasons }: Finding, isStable: boolean): string {
  if (place === undefined) return printable(reasons[0] ?? "");
  const where = whereText(place);
  const what = printable(isStable ? (reasons[0] ?? "") : place.meaning);
  const others = places > 1 ? `; ${places - 1} more place${places === 2 ? "" : "s"}` : "";
  return `${where}${where === "" || what === "" ? "" : ": "}${what}${others}`;
}

/** A text (no byte string) on one line, with control characters escaped. */
export function printable(text: string): string {
  return shown(Buffer.from(text, "utf8").toString("latin1"));
}

/** `3 high, 1 low`; "none". */
export function countsText(listed: readonly Listed[]): string {
  const order: readonly Confidence[] = ["high", "medium", "low"];
  const parts = order.flatMap((confidence) => {
    const count = listed.filter(({ finding }) => finding.confidence === confidence).length;
    return count === 0 ? [] : [`${count} ${confidence}`];
  });
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** `2 accepted by the baseline, 1 that it accepts is gone`; "" without a baseline. */
export function baselineText({ listed, hasBaseline, gone }: FindingsReport): string {
  if (!hasBaseline) return "";
  const accepted = listed.filter(({ isAccepted }) => isAccepted).length;
  const rest = gone === 0 ? "" : `; ${gone} that it accepts ${gone === 1 ? "is" : "are"} gone: write it anew`;
  return `${accepted} accepted by the baseline${rest}`;
}

/** `3 files are not examined: ...`, each reason with its count, and N for any number; "" if all are. */
export function unexaminedText({ unexamined }: FindingsReport): string {
  if (unexamined.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { because } of unexamined) {
    const kind = because.replace(/^.*?: (?=[a-z])/, "").replace(/\d+/g, "N");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} since ${kind}`);
  const files = new Set(unexamined.map(({ path }) => path)).size;
  const more = kinds.length > 3 ? ", ..." : "";
  return `${files} ${files === 1 ? "file is" : "files are"} not examined, or not wholly: ${printable(kinds.slice(0, 3).join(", "))}${more}`;
}
