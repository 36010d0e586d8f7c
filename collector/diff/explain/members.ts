import { aspectsOf } from "../aspects.ts";
import type { Context } from "../content/context.ts";
import { isPermutation } from "../content/order.ts";
import { inMember, lone, otherOrder, type Reading } from "../content/reading.ts";
import type { MemberEvidence } from "../side/evidence.ts";
import { readingsOf } from "./readings.ts";

type Members = ReadonlyMap<string, MemberEvidence>;

/** In what two archives differ whose members were recorded one by one. */
export function compareRecordedMembers(a: Members, b: Members, context: Context): Reading[] {
  const readings: Reading[] = [];
  for (const [name, member] of a) {
    const other = b.get(name);
    if (other === undefined) readings.push(lone([], name, "A"));
    else readings.push(...ofMember(name, member, other, context));
  }
  for (const name of b.keys()) if (!a.has(name)) readings.push(lone([], name, "B"));
  if (readings.length === 0 && isPermutation([...a.keys()], [...b.keys()])) readings.push(otherOrder([]));
  return readings;
}

function ofMember(name: string, a: MemberEvidence, b: MemberEvidence, context: Context): Reading[] {
  const aspects = aspectsOf(a.entry, b.entry, false);
  if (aspects.includes("content")) {
    const readings = readingsOf(a.content, b.content, context) ?? [];
    if (readings.length === 0) return [{ ...unknown(name), reason: "a member has another content" }];
    return readings.map((reading) => inMember(name, reading));
  }
  if (aspects.length === 0) return [];
  if (aspects.includes("type") || aspects.includes("target"))
    return [{ ...unknown(name), reason: `a member is of another ${aspects[0]}` }];
  return [
    {
      ...unknown(name),
      source: "archive-metadata",
      confidence: "high",
      reason: `of a member only the ${aspects.join(", ")} differs`,
    },
  ];
}

function unknown(name: string): Reading {
  return {
    source: "unclassified",
    confidence: "low",
    reason: "",
    within: [name],
    a: undefined,
    b: undefined,
    meaning: "",
  };
}
