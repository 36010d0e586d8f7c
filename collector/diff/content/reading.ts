import type { Confidence, Source } from "../../nondeterminism/source.ts";

/** A piece of one of two contents. */
export interface Spot {
  /** Bytes from the start of the file or of the innermost member. */
  readonly offset: number;
  /** From 1; undefined in what is no text. */
  readonly line: number | undefined;
  /** What stands there, at most 64 bytes: a byte string. */
  readonly bytes: string;
}

/** One place in which two contents differ, and what that means. */
export interface Reading {
  readonly source: Source;
  readonly confidence: Confidence;
  /** Why it is of this source: one sentence, plain text without values of the builds. */
  readonly reason: string;
  /** Members of containers, outermost first: byte strings. */
  readonly within: readonly string[];
  /** Undefined where the content has nothing that the other one's place corresponds to, or for a file as a whole. */
  readonly a: Spot | undefined;
  readonly b: Spot | undefined;
  /** What the bytes of both mean: plain text; empty if that is not known. */
  readonly meaning: string;
}

const mostBytes = 64;

export function spot(text: string, offset: number, line: number | undefined): Spot {
  return { offset, line, bytes: text.slice(0, mostBytes) };
}

/** That a member of a container is in one of two only. */
export function lone(within: readonly string[], name: string, side: "A" | "B"): Reading {
  return {
    source: "unclassified",
    confidence: "low",
    reason: `a member is in ${side} only`,
    within: [...within, name],
    a: undefined,
    b: undefined,
    meaning: "",
  };
}

/** That a container has the same members in another order. */
export function otherOrder(within: readonly string[]): Reading {
  return {
    source: "ordering",
    confidence: "high",
    reason: "the same members stand there in another order",
    within,
    a: undefined,
    b: undefined,
    meaning: "other order",
  };
}

/** A place in a member, as a place in the container. */
export function inMember(name: string, reading: Reading): Reading {
  return { ...reading, within: [name, ...reading.within] };
}

/** What is said of a place that nothing explains. */
export const unexplained = {
  source: "unclassified",
  confidence: "low",
  reason: "another text stands there",
  meaning: "",
} as const;
