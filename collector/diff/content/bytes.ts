import type { TimeMatch } from "../../nondeterminism/values/match.ts";
import { valuesIn } from "../../nondeterminism/values/values.ts";
import { timesOfBuilds } from "../values/own-times-class.ts";
import { areRandomBytes } from "../values/random.ts";
import type { Verdict } from "../values/text-class.ts";
import type { Context, SideContext } from "./context.ts";
import { type Reading, spot, unexplained } from "./reading.ts";
import { compareTexts } from "./texts.ts";

/** Runs of bytes that are looked at in one file. */
const mostRuns = 2000;
/** Equal bytes between two runs that are one value all the same. */
const gap = 4;
/** A run of printable bytes that is a text: as strings(1) takes it, and a little more. */
const shortestText = 6;
/** Of a text around a run this much is looked at on each side. */
const reach = 200;

/** In what two contents of one length differ, run by run. */
export function compareBytes(a: Buffer, b: Buffer, within: readonly string[], context: Context): Reading[] {
  const readings: Reading[] = [];
  const pair: Pair = { a, b, within, context, times: new Times(a, b, context) };
  for (const { start, end } of runs(a, b)) {
    if (readings.length >= mostRuns) break;
    readings.push(...explainRun(pair, start, end));
  }
  return readings;
}

/** Two contents of one length. */
interface Pair {
  readonly a: Buffer;
  readonly b: Buffer;
  readonly within: readonly string[];
  readonly context: Context;
  readonly times: Times;
}

interface Run {
  readonly start: number;
  readonly end: number;
}

function* runs(a: Buffer, b: Buffer): Generator<Run> {
  let start = -1;
  let end = -1;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (start >= 0 && i - end > gap) {
      yield { start, end };
      start = i;
    } else if (start < 0) start = i;
    end = i + 1;
  }
  if (start >= 0) yield { start, end };
}

/** What stands in the bytes from `start` to `end`: times first, since some bytes of a number are printable. */
function* explainRun(pair: Pair, start: number, end: number): Generator<Reading> {
  const { a, b, within, context, times } = pair;
  const piece = (buffer: Buffer, from: number, to: number) =>
    spot(buffer.toString("latin1", from, to), from, undefined);
  let told = 0;
  for (let at = start; at < end; at++) {
    if (a[at] === b[at]) continue;
    const time = times.at(at);
    if (time !== undefined) {
      const { from, to, verdict } = time;
      yield { ...verdict, within, a: piece(a, from, to), b: piece(b, from, to) };
      told = to;
      at = to - 1;
      continue;
    }
    const text = textAround(a, b, at, end, told);
    if (text !== undefined) yield* ofText(pair, text);
    else {
      const rest = ofRest(a.subarray(at, end), b.subarray(at, end), a, at, b, context);
      yield { ...rest, within, a: piece(a, at, end), b: piece(b, at, end) };
    }
    return;
  }
}

/** The times of each build in one content, in the order of their places. */
class Times {
  readonly #a: readonly TimeMatch[];
  readonly #b: ReadonlyMap<number, TimeMatch>;

  constructor(a: Buffer, b: Buffer, context: Context) {
    this.#a = timesIn(a, context.a);
    this.#b = new Map(timesIn(b, context.b).map((match) => [match.offset, match]));
  }

  /** Times that stand in both at one place, around a byte. */
  at(offset: number): { from: number; to: number; verdict: Verdict } | undefined {
    for (let i = this.#firstEndingAfter(offset); i < this.#a.length && this.#a[i]!.offset <= offset; i++) {
      const match = this.#a[i]!;
      const other = this.#b.get(match.offset);
      const verdict = other === undefined ? undefined : timesOfBuilds(match, other);
      if (verdict !== undefined) return { from: match.offset, to: match.offset + match.length, verdict };
    }
    return undefined;
  }

  #firstEndingAfter(offset: number): number {
    let [low, high] = [0, this.#a.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offset: start, length } = this.#a[middle]!;
      if (start + length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function timesIn(content: Buffer, { facts }: SideContext): TimeMatch[] {
  return valuesIn(content, facts).filter((match) => match.kind === "time");
}

function ofRest(
  restA: Buffer,
  restB: Buffer,
  a: Buffer,
  at: number,
  b: Buffer,
  { a: inA, b: inB, isOfOtherPackages }: Context,
): Pick<Reading, "source" | "confidence" | "reason" | "meaning"> {
  if (isPointer(a, at) && isPointer(b, at)) {
    const reason = "it looks like an address in memory, which is another in each run";
    return { source: "uninitialised-memory", confidence: "medium", reason, meaning: "address in memory" };
  }
  if (areRandomBytes(restA, restB)) {
    const drew = inA.drewRandom && inB.drewRandom;
    const reason = `its bytes look drawn at random${drew ? ", and random bytes were asked for" : ""}`;
    const confidence = drew ? "high" : isOfOtherPackages ? "low" : "medium";
    return { source: "randomness", confidence, reason, meaning: "random bytes" };
  }
  return { source: "unclassified", confidence: "low", reason: "other bytes stand there", meaning: "" };
}

/** Eight bytes, aligned, that Linux on x86-64 would have as the address of code, heap, stack or library. */
function isPointer(content: Buffer, at: number): boolean {
  const from = at - (at % 8);
  if (from + 8 > content.length) return false;
  const value = content.readBigUInt64LE(from);
  return [0x55n, 0x56n, 0x7fn].includes(value >> 40n);
}

/** The printable bytes around a run, not before `first`, if it lies in such. */
function textAround(a: Buffer, b: Buffer, start: number, end: number, first: number): Run | undefined {
  for (let i = start; i < end; i++) if (!isPrintable(a[i]!) || !isPrintable(b[i]!)) return undefined;
  let [from, to] = [start, end];
  while (from > first && start - from < reach && isPrintable(a[from - 1]!)) from--;
  while (to < a.length && to - end < reach && isPrintable(a[to]!)) to++;
  return to - from >= shortestText ? { start: from, end: to } : undefined;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 9;
}

function* ofText({ a, b, within, context }: Pair, run: Run): Generator<Reading> {
  const text = (buffer: Buffer) => buffer.toString("latin1", run.start, run.end);
  for (const { a: one, b: other, verdict } of compareTexts(text(a), text(b), context)) {
    const places = {
      within,
      a: spot(one.text, run.start + one.start, undefined),
      b: spot(other.text, run.start + other.start, undefined),
    };
    yield { ...places, ...(verdict ?? unexplained) };
  }
}
