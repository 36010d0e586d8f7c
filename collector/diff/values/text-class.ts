import type { Confidence, Source } from "../../nondeterminism/source.ts";
import type { Context, SideContext } from "../content/context.ts";

/** A piece of a text. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What two pieces at the same place of two texts mean. */
export interface Verdict {
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reason: string;
  readonly meaning: string;
}

/** One kind of value that two texts can have at the same place. */
export interface TextClass {
  readonly name: string;
  /** Pieces of a text that could be of this kind, in order, not overlapping. */
  find(text: string, side: SideContext, context: Context): Iterable<Piece>;
  /** @returns undefined if the two are not of this kind after all */
  judge(a: Piece, b: Piece, context: Context): Verdict | undefined;
}

/** The pieces that a pattern with the flag `g` finds. */
export function* piecesOf(text: string, pattern: RegExp): Generator<Piece> {
  for (const match of text.matchAll(pattern)) {
    yield { start: match.index, end: match.index + match[0].length, text: match[0] };
  }
}
