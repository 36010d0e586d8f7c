import type { Culprit } from "../../nondeterminism/finding.ts";
import type { Confidence, Source } from "../../nondeterminism/source.ts";
import type { Aspect } from "../aspects.ts";
import type { Presence } from "../compare.ts";
import type { Reading } from "../content/reading.ts";
import type { Evidence } from "../side/evidence.ts";

/** A path that differs, with what both recordings tell of it. */
export interface Change {
  readonly path: string;
  readonly presence: Presence;
  readonly aspects: readonly Aspect[];
  readonly a: Evidence;
  readonly b: Evidence;
}

/** One source of a path's difference, and why it is believed. */
export interface Explanation {
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
  /** Its places, as far as they were looked at. */
  readonly readings: readonly Reading[];
  /** Set where it is not what the writers ran for. */
  readonly culprits?: readonly Culprit[];
}

/** A change, explained. */
export interface Difference extends Change {
  /** The likeliest first; never empty. */
  readonly explanations: readonly Explanation[];
  readonly culprits: readonly Culprit[];
  /** What the path is called in the other build, if only its name is another. */
  readonly counterpart: string | undefined;
  /** What is not known of it. */
  readonly notes: readonly string[];
}

/** An explanation of one source from its places. */
export function explanation(
  source: Source,
  confidence: Confidence,
  reasons: readonly string[],
  readings: readonly Reading[] = [],
): Explanation {
  return { source, confidence, reasons, readings };
}
