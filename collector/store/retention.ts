import type { Facts } from "./recording-store.ts";

/** Which builds are kept: those that any rule keeps. Without a rule, all. */
export interface Rules {
  /** Those whose last byte came within so many milliseconds. */
  readonly keep: number | undefined;
  /** The last so many of each group. */
  readonly last: number | undefined;
  /** What makes a group: `name`, the build's; or else the value of the label of that name. */
  readonly per: string;
}

export interface Candidate {
  readonly facts: Facts;
  readonly name: string;
  /** It is being received or read at the moment. */
  readonly isInUse: boolean;
}

export interface Verdict {
  readonly facts: Facts;
  readonly group: string;
  readonly isKept: boolean;
  /** One line. */
  readonly because: string;
}

const day = 86_400_000;

/** What of the builds goes, and why; newest first. @param now milliseconds since 1970 */
export function judge(candidates: readonly Candidate[], rules: Rules, now: number): Verdict[] {
  const newest = [...candidates].sort(
    (a, b) => b.facts.begun - a.facts.begun || (a.facts.key < b.facts.key ? -1 : 1),
  );
  const places = new Map<string, number>();
  const verdicts = newest.map((each): Verdict => {
    const group = groupOf(each, rules.per);
    const place = (places.get(group) ?? 0) + 1;
    // A recording that broke off must not take the place of one that is whole.
    if (each.facts.isComplete) places.set(group, place);
    return { facts: each.facts, group, ...ruled(each, rules, place, now) };
  });
  return withReferences(verdicts);
}

function ruled(
  { facts, isInUse }: Candidate,
  { keep, last, per }: Rules,
  place: number,
  now: number,
): Pick<Verdict, "isKept" | "because"> {
  const age = now - facts.changed;
  const days = (age / day).toFixed(1);
  if (facts.isPinned) return { isKept: true, because: "it is pinned" };
  if (isInUse) return { isKept: true, because: "it is being received or read" };
  if (keep === undefined && last === undefined) return { isKept: true, because: "there is no rule" };
  if (keep !== undefined && age <= keep)
    return { isKept: true, because: `its last byte came ${days} days ago, within --keep` };
  if (last !== undefined && place <= last)
    return { isKept: true, because: `it is number ${place} of its ${per}, within --keep-last ${last}` };
  const reasons = [
    ...(keep === undefined ? [] : [`its last byte came ${days} days ago`]),
    ...(last === undefined ? [] : [`${last} newer ones of its ${per} are kept`]),
  ];
  return { isKept: false, because: reasons.join(", and ") };
}

/** What a kept build names in a label (`--label baseline=BUILD`) is kept, too. */
function withReferences(verdicts: readonly Verdict[]): Verdict[] {
  const kept = new Map(verdicts.map((each) => [each.facts.key, each]));
  const waiting = verdicts.filter(({ isKept }) => isKept);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { facts } = at;
    const values = new Set(facts.labels.map(({ value }) => value));
    for (const other of kept.values()) {
      if (other.isKept || !(values.has(other.facts.key) || values.has(other.facts.build))) continue;
      const referred = { ...other, isKept: true, because: `a label of build ${facts.key} names it` };
      kept.set(other.facts.key, referred);
      waiting.push(referred);
    }
  }
  return [...kept.values()];
}

function groupOf({ facts, name }: Candidate, per: string): string {
  return per === "name" ? name : (facts.labels.find((label) => label.name === per)?.value ?? "");
}
