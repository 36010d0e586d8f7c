import { shown } from "../model/bytes.ts";
import type { Comparison } from "./compare.ts";
import type { Group } from "./groups.ts";
import type { News, SourceNews } from "./news.ts";
import { changeKinds } from "./package-changes.ts";
import { countOf, type Side } from "./side.ts";

/** `16 added, 181 removed, ...`. */
export function summaryOf({ changes, unchanged }: Comparison): string {
  const parts = changeKinds.flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 && kind === "regrouped" ? [] : [`${count} ${kind}`];
  });
  return [...parts, `${unchanged} unchanged`].join(", ");
}

/** What a side is, and its size. The name is the caller's own: UTF-8, not a byte string. */
export function sideLine(side: Side): string {
  const { name, build } = side;
  const kind = build === null ? "build-manifest" : `build ${shown(build)}`;
  return `${shown(Buffer.from(name, "utf8").toString("latin1"))}: ${kind}, ${plural(countOf(side), "package")}`;
}

export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** Finds what the changelogs say of a group's source package. */
export function newsFinder({ sources }: News): (group: Group) => SourceNews | undefined {
  const keyOf = (direction: SourceNews["direction"], source: string) => `${direction} ${source}`;
  const found = new Map(sources.map((each) => [keyOf(each.direction, each.source), each]));
  return ({ kind, source }) => {
    if (source === null || kind === "removed" || kind === "regrouped") return undefined;
    return found.get(keyOf(kind === "downgraded" ? "lost" : "gained", source));
  };
}

/** How many CVEs are named one by one. */
const mostCves = 8;

/** What stands beside a version: whether it is a security upload, and its CVE numbers. */
export function marksOf({ isSecurity, cves }: Pick<SourceNews, "isSecurity" | "cves">): {
  security: string;
  cves: readonly string[];
} {
  const rest = cves.length - mostCves;
  const named = rest > 0 ? [...cves.slice(0, mostCves), `and ${rest} more CVEs`] : cves;
  return { security: isSecurity ? "SECURITY" : "", cves: named };
}

/** A line of a changelog, without the one control character that is at home there. */
export function tabless(line: string): string {
  return line.replaceAll("\t", "        ");
}
