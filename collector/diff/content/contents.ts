import { Budget } from "../../nondeterminism/containers/budget.ts";
import { isText } from "../../nondeterminism/values/text.ts";
import { compareBytes } from "./bytes.ts";
import type { Context } from "./context.ts";
import { compareLines, type Line, type LinePair, linesOf } from "./lines.ts";
import { compareMembers, type FileBudgets } from "./members.ts";
import { type Reading, spot, unexplained } from "./reading.ts";
import { compareTexts } from "./texts.ts";

/** One of two contents that are compared: all of it, or its beginning. */
export interface Content {
  readonly data: Buffer;
  readonly isWhole: boolean;
}

/** Pairs of lines that are looked at in one file. */
const mostPairs = 2000;
/** Containers in containers that are opened. */
const deepest = 4;

/**
 * In what two contents of one path differ, and because of what; empty if nothing does in what is known of them.
 * Containers are opened, and what differs is told of their members.
 */
export function compareContents(a: Content, b: Content, context: Context): Reading[] {
  const { budgets } = context;
  return compareWithin(a, b, [], context, { a: new Budget(budgets.a), b: new Budget(budgets.b) });
}

function compareWithin(
  a: Content,
  b: Content,
  within: readonly string[],
  context: Context,
  budgets: FileBudgets,
): Reading[] {
  if (a.data.equals(b.data)) return [];
  const ofMembers =
    within.length < deepest
      ? compareMembers(a, b, within, budgets, (one, other, name) =>
          compareWithin(one, other, [...within, name], context, budgets),
        )
      : undefined;
  if (ofMembers === undefined) return comparePlain(a, b, within, context);
  if (ofMembers.readings.length > 0) return ofMembers.readings;
  return ofMembers.ofHead(comparePlain(a, b, within, context));
}

function comparePlain(a: Content, b: Content, within: readonly string[], context: Context): Reading[] {
  const areTexts = isText(a.data) && isText(b.data);
  const length = Math.min(a.data.length, b.data.length);
  const isCut = !a.isWhole || !b.isWhole;
  if (!areTexts && (a.data.length === b.data.length || isCut))
    return compareBytes(a.data.subarray(0, length), b.data.subarray(0, length), within, context);
  const separator = areTexts ? /\n/g : /[\0\n]/g;
  const [linesA, linesB] = [a, b].map(({ data }) => linesOf(data.toString("latin1"), separator));
  return ofLines(linesA!, linesB!, areTexts, within, context);
}

function ofLines(
  a: readonly Line[],
  b: readonly Line[],
  areTexts: boolean,
  within: readonly string[],
  context: Context,
): Reading[] {
  const { pairs, moved, isOrderOnly } = compareLines(a, b);
  const readings: Reading[] = [];
  if (moved !== undefined) {
    const line = areTexts ? moved.number : undefined;
    const other = isOrderOnly ? b[moved.number - 1] : undefined;
    readings.push({
      source: "ordering",
      confidence: "high",
      reason: isOrderOnly
        ? "the same lines stand there in another order"
        : "lines that are the same stand in another order",
      within,
      a: spot(moved.text, moved.offset, line),
      b: other === undefined ? undefined : spot(other.text, other.offset, line),
      meaning: "other order",
    });
  }
  for (const pair of pairs.slice(0, mostPairs)) readings.push(...ofPair(pair, areTexts, within, context));
  return readings;
}

function* ofPair(
  { a, b }: LinePair,
  areTexts: boolean,
  within: readonly string[],
  context: Context,
): Generator<Reading> {
  const at = (line: Line, text: string, start: number) =>
    spot(text, line.offset + start, areTexts ? line.number : undefined);
  if (a === undefined || b === undefined) {
    const places = {
      a: a === undefined ? undefined : at(a, a.text, 0),
      b: b === undefined ? undefined : at(b, b.text, 0),
    };
    yield { ...unexplained, reason: `a line is in ${a === undefined ? "B" : "A"} only`, within, ...places };
    return;
  }
  for (const { a: one, b: other, verdict } of compareTexts(a.text, b.text, context)) {
    const places = { a: at(a, one.text, one.start), b: at(b, other.text, other.start) };
    yield { ...(verdict ?? unexplained), within, ...places };
  }
}
