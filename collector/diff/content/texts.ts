import { factsClass } from "../values/facts-class.ts";
import { otherTimesClass } from "../values/other-times-class.ts";
import { ownTimesClass } from "../values/own-times-class.ts";
import type { Piece, TextClass, Verdict } from "../values/text-class.ts";
import { tokenClasses } from "../values/token-classes.ts";
import type { Context } from "./context.ts";
import { isPermutation } from "./order.ts";

/** A piece in which two texts differ: the places are those of the whole texts. */
export interface TextDifference {
  readonly a: Piece;
  readonly b: Piece;
  /** Undefined if nothing explains it. */
  readonly verdict: Verdict | undefined;
}

/** Facts of a build may hold numbers that look like times, and times hold numbers that look like processes. */
const classes: readonly TextClass[] = [factsClass, ownTimesClass, otherTimesClass, ...tokenClasses];
/** Of longer texts only this much is looked at. */
const longest = 1 << 16;

/** In what two texts that stand at the same place differ, and because of what: bounded, and linear in their length. */
export function compareTexts(a: string, b: string, context: Context): TextDifference[] {
  const one = { start: 0, end: Math.min(a.length, longest), text: a.slice(0, longest) };
  const other = { start: 0, end: Math.min(b.length, longest), text: b.slice(0, longest) };
  return [...explain(one, other, 0, context)];
}

/** What one kind of value explains is taken out; what is left beside it is tried with the next kind. */
function* explain(a: Piece, b: Piece, from: number, context: Context): Generator<TextDifference> {
  if (a.text === b.text) return;
  for (let i = from; i < classes.length; i++) {
    const pairs = pairsOf(a, b, classes[i]!, context);
    if (pairs.length === 0) continue;
    let [atA, atB] = [0, 0];
    for (const pair of pairs) {
      yield* explain(part(a, atA, pair.a.start), part(b, atB, pair.b.start), i + 1, context);
      yield { ...pair, a: part(a, pair.a.start, pair.a.end), b: part(b, pair.b.start, pair.b.end) };
      [atA, atB] = [pair.a.end, pair.b.end];
    }
    yield* explain(part(a, atA, a.text.length), part(b, atB, b.text.length), i + 1, context);
    return;
  }
  yield rest(a, b);
}

/**
 * The pieces of one kind that stand at the same place and are not the same, with what they mean. Those that only touch
 * what differs are among them: `510` and `7510` differ before the first digit of the one.
 */
function pairsOf(a: Piece, b: Piece, kind: TextClass, context: Context): TextDifference[] {
  const { prefix, suffix } = common(a.text, b.text);
  const isInside = (length: number) => (piece: Piece) =>
    piece.end >= prefix && piece.start <= length - suffix;
  const inA = [...kind.find(a.text, context.a, context)].filter(isInside(a.text.length));
  const inB = [...kind.find(b.text, context.b, context)].filter(isInside(b.text.length));
  if (inA.length !== inB.length) return [];
  return inA.flatMap((one, i) => {
    const other = inB[i]!;
    const verdict = one.text === other.text ? undefined : kind.judge(one, other, context);
    return verdict === undefined ? [] : [{ a: one, b: other, verdict }];
  });
}

function rest(a: Piece, b: Piece): TextDifference {
  const { prefix, suffix } = common(a.text, b.text);
  const [one, other] = [part(a, prefix, a.text.length - suffix), part(b, prefix, b.text.length - suffix)];
  const isOrder = isPermutation(a.text.split(separators), b.text.split(separators));
  return { a: one, b: other, verdict: isOrder ? otherOrder : undefined };
}

const separators = /[\s,;:|]+/;

const otherOrder: Verdict = {
  source: "ordering",
  confidence: "high",
  reason: "the same words stand there in another order",
  meaning: "other order",
};

function part(piece: Piece, from: number, to: number): Piece {
  return { start: piece.start + from, end: piece.start + to, text: piece.text.slice(from, to) };
}

export function common(a: string, b: string): { prefix: number; suffix: number } {
  const most = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < most && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < most - prefix &&
    a.charCodeAt(a.length - 1 - suffix) === b.charCodeAt(b.length - 1 - suffix)
  )
    suffix++;
  return { prefix, suffix };
}
