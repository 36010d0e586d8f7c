import { byteOrder } from "../../manifest/build-manifest.ts";
import type { Culprit } from "../finding.ts";
import { confidences } from "../source.ts";
import type { Listed } from "./report.ts";

/** What has one culprit. */
export interface Group {
  /** undefined: none is known. */
  readonly culprit: Culprit | undefined;
  /** Most certain first. */
  readonly listed: readonly Listed[];
}

/** Findings by their likeliest culprit: those with the most certain findings first, then those with the most. */
export function groupsOf(listed: readonly Listed[]): Group[] {
  const groups = new Map<string, { culprit: Culprit | undefined; listed: Listed[] }>();
  for (const each of listed) {
    const [culprit] = each.finding.culprits;
    const key = culprit === undefined ? "" : `${culprit.kind}\0${culprit.name}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { culprit, listed: [each] });
    else known.listed.push(each);
  }
  return [...groups.entries()]
    .sort(
      ([keyA, a], [keyB, b]) => certainty(a) - certainty(b) || count(b) - count(a) || byteOrder(keyA, keyB),
    )
    .map(([, group]) => group);
}

function certainty({ listed }: Group): number {
  return Math.min(...listed.map(({ finding }) => confidences.indexOf(finding.confidence)));
}

/** Of the most certain ones. */
function count(group: Group): number {
  const level = confidences[certainty(group)];
  return group.listed.filter(({ finding }) => finding.confidence === level).length;
}
