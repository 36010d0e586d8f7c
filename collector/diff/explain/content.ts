import { confidences, higher, type Source } from "../../nondeterminism/source.ts";
import type { Context } from "../content/context.ts";
import type { Reading } from "../content/reading.ts";
import type { Content, Evidence } from "../side/evidence.ts";
import { type Change, type Explanation, explanation } from "./difference.ts";
import { compareRecordedMembers } from "./members.ts";
import { readingsOf } from "./readings.ts";

/** Because of what the content of a file differs: by the bytes where they were kept, else by what its writers asked for. */
export function explainContent(
  { a, b }: Change,
  context: Context,
): { explanations: Explanation[]; notes: string[] } {
  const notes = [...noteOf("A", a.content), ...noteOf("B", b.content)];
  const readings =
    a.members !== undefined && b.members !== undefined
      ? compareRecordedMembers(a.members, b.members, context)
      : readingsOf(a.content, b.content, context);
  if (readings !== undefined && readings.length === 0)
    notes.push("what was kept of both is the same: they differ in the rest");
  const read = bySource(readings ?? []);
  const certain = read.filter(({ confidence }) => confidence !== "low");
  if (certain.length > 0) return { explanations: certain, notes };
  const other = otherEvidence(a, b, read, context);
  return { explanations: other, notes };
}

function noteOf(side: string, content: Content): string[] {
  switch (content.kind) {
    case "whole":
      return [];
    case "part":
      return [`of its content in ${side} was not kept: ${content.lacks}`];
    case "none":
      return [`its content in ${side} was not kept: ${content.because}`];
    default:
      return content satisfies never;
  }
}

/** The sources of the places, the most certain first, then those of most places. */
export function bySource(readings: readonly Reading[]): Explanation[] {
  const groups = new Map<Source, Reading[]>();
  for (const reading of readings) {
    const group = groups.get(reading.source);
    if (group === undefined) groups.set(reading.source, [reading]);
    else group.push(reading);
  }
  const found = [...groups].map(([source, group]) =>
    explanation(
      source,
      group.map(({ confidence }) => confidence).reduce(higher),
      [...new Set(group.map(({ reason }) => reason))],
      group,
    ),
  );
  const isOther = found.some(({ source, confidence }) => source !== "randomness" && confidence !== "low");
  return found
    .map((each) => (isOther && isDigestLike(each) ? { ...each, confidence: "low" as const } : each))
    .sort(
      (a, b) =>
        confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence) ||
        b.readings.length - a.readings.length,
    );
}

/** Beside something else that differs, a token that nobody drew is a digest of the rest more likely than not. */
function isDigestLike({ source, confidence }: Explanation): boolean {
  return source === "randomness" && confidence === "medium";
}

function otherEvidence(
  a: Evidence,
  b: Evidence,
  read: readonly Explanation[],
  context: Context,
): Explanation[] {
  const detected = [...a.detected].filter((source) => b.detected.has(source) && source !== "unclassified");
  if (detected.length > 0)
    return detected.map((source) =>
      explanation(source, "medium", ["both builds have a value of this kind in it"], read[0]?.readings ?? []),
    );
  const connected = [a.connections, b.connections].find((each) => each !== "none");
  if (connected !== undefined) {
    const who = connected === "by the writer" ? "its writer" : "a process beside its writer";
    const reason = `${who} made a connection that was not made to fetch packages`;
    return [explanation("network-input", "medium", [reason], read[0]?.readings ?? [])];
  }
  const known = read.find(({ source }) => source !== "unclassified");
  if (known !== undefined) return [known];
  if (read.length === 0 && context.a.drewRandom && context.b.drewRandom)
    return [explanation("randomness", "low", ["its writer, or what that started, asked for random bytes"])];
  const rest = read[0];
  return [rest ?? explanation("unclassified", "low", ["its content is another, and nothing is known of it"])];
}
