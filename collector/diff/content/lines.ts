import { firstMoved, isPermutation } from "./order.ts";

/** A line, or another part of a content, with its place. */
export interface Line {
  readonly text: string;
  readonly offset: number;
  readonly number: number;
}

/** Two lines that stand for each other, or one that has no other. */
export interface LinePair {
  readonly a: Line | undefined;
  readonly b: Line | undefined;
}

export interface LineDifference {
  /** In the order of A's lines, then of those that only B has. */
  readonly pairs: readonly LinePair[];
  /** The first line that is the same in both and stands in another place among those that are. */
  readonly moved: Line | undefined;
  /** All lines are the same: only their order is not. */
  readonly isOrderOnly: boolean;
}

/** How two lists of lines differ. Linear: lines that are in both go, and those that are left are paired by their form. */
export function compareLines(a: readonly Line[], b: readonly Line[]): LineDifference {
  const [textsA, textsB] = [a.map(({ text }) => text), b.map(({ text }) => text)];
  if (isPermutation(textsA, textsB)) {
    return { pairs: [], moved: a.find(({ text }, i) => text !== textsB[i]), isOrderOnly: true };
  }
  const moved = firstMoved(textsA, textsB);
  const pairs = pairUp(without(a, b), without(b, a));
  return {
    pairs,
    moved: moved === undefined ? outOfOrder(pairs) : a.find(({ text }) => text === moved),
    isOrderOnly: false,
  };
}

/** The lines of `own` that `other` does not have, or not as often. */
function without(own: readonly Line[], other: readonly Line[]): Line[] {
  const counts = new Map<string, number>();
  for (const { text } of other) counts.set(text, (counts.get(text) ?? 0) + 1);
  return own.filter(({ text }) => {
    const left = counts.get(text) ?? 0;
    if (left > 0) counts.set(text, left - 1);
    return left === 0;
  });
}

/** Lines of one form are paired in their order; what is left is, too, if as many are left on both sides. */
function pairUp(a: readonly Line[], b: readonly Line[]): LinePair[] {
  const waiting = new Map<string, Line[]>();
  for (const line of b.toReversed()) {
    const form = formOf(line.text);
    const queue = waiting.get(form);
    if (queue === undefined) waiting.set(form, [line]);
    else queue.push(line);
  }
  const partners = new Map<Line, Line>();
  for (const line of a) {
    const partner = waiting.get(formOf(line.text))?.pop();
    if (partner !== undefined) partners.set(line, partner);
  }
  const taken = new Set(partners.values());
  const [restA, restB] = [a.filter((line) => !partners.has(line)), b.filter((line) => !taken.has(line))];
  if (restA.length === restB.length) for (const [i, line] of restA.entries()) partners.set(line, restB[i]!);
  return [
    ...a.map((line) => ({ a: line, b: partners.get(line) })),
    ...(restA.length === restB.length ? [] : restB.map((line) => ({ a: undefined, b: line }))),
  ];
}

/** A line without what may differ: numbers, and words with digits in them. */
function formOf(text: string): string {
  return text.slice(0, 1000).replace(/[0-9A-Za-z+/=]*\d[0-9A-Za-z+/=]*/g, "0");
}

/** The first line of A whose partner stands before that of the line above. */
function outOfOrder(pairs: readonly LinePair[]): Line | undefined {
  const forms = new Set(pairs.map(({ a }) => formOf(a?.text ?? "")));
  if (forms.size < 3) return undefined; // of few forms nothing can be said: one line may be new
  let last = -1;
  for (const { a, b } of pairs) {
    if (a === undefined || b === undefined) continue;
    if (b.number < last && formOf(a.text) === formOf(b.text)) return a;
    last = Math.max(last, b.number);
  }
  return undefined;
}

/** More parts are not told apart: the rest is one part. */
const mostLines = 200_000;

/** The parts of a content between bytes of `separator`. */
export function linesOf(text: string, separator: RegExp): Line[] {
  const lines: Line[] = [];
  let offset = 0;
  for (const match of text.matchAll(separator)) {
    if (lines.length >= mostLines) break;
    lines.push({ text: text.slice(offset, match.index), offset, number: lines.length + 1 });
    offset = match.index + match[0].length;
  }
  if (offset < text.length) lines.push({ text: text.slice(offset), offset, number: lines.length + 1 });
  return lines;
}
