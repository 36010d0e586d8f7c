import type { TimeMatch } from "./match.ts";
import type { PairScanner } from "./pair-scanner.ts";
import { isDigit } from "./text.ts";
import { second, type Window } from "./window.ts";

/** What a whole number counts, by its digits: those of the years 2001 to 2286. */
const units: ReadonlyMap<number, { name: string; microseconds: number }> = new Map([
  [10, { name: "seconds", microseconds: second }],
  [13, { name: "milliseconds", microseconds: 1000 }],
  [16, { name: "microseconds", microseconds: 1 }],
  [19, { name: "nanoseconds", microseconds: 0.001 }],
]);
/** More digits are read than any unit has: a longer number is none of them. */
const mostDigits = 20;

/** Adds whole numbers in decimal, seconds also with a fraction. */
export function addDecimalTimes(scanner: PairScanner, window: Window): void {
  const from = leadingOf(window.from);
  const to = leadingOf(window.to);
  if (from === undefined || to === undefined) return;
  for (let pair = from; pair <= to; pair++) {
    const [first, last] = [0x30 + Math.floor(pair / 10), 0x30 + (pair % 10)];
    scanner.add(first, last, (content, at) => decimal(content, at, window));
  }
}

/** The first two of the ten digits of a time's seconds. */
function leadingOf(time: number): number | undefined {
  const seconds = Math.floor(time / second);
  return seconds >= 1e9 && seconds < 1e10 ? Math.floor(seconds / 1e8) : undefined;
}

function decimal(content: Buffer, at: number, window: Window): TimeMatch | undefined {
  if (at > 0 && isDigit(content[at - 1])) return undefined;
  let end = at + 2;
  while (end - at <= mostDigits && isDigit(content[end])) end++;
  // In DER, the tag of a sequence looks like the digit 0 (X.690): its length of more than a byte follows.
  if (content[end - 1] === 0x30 && content[end]! > 0x80 && units.has(end - at - 1)) end--;
  const unit = units.get(end - at);
  if (unit === undefined) return undefined;
  const digits = content.toString("latin1", at, end);
  const time = Math.floor(Number(digits) * unit.microseconds);
  const resolution = Math.max(unit.microseconds, 1);
  if (!window.has(time, resolution)) return undefined;
  const fraction = unit.microseconds === second ? fractionAt(content, end) : 0;
  return {
    kind: "time",
    offset: at,
    length: end - at + fraction,
    time,
    resolution,
    encoding: `${unit.name}, decimal`,
    form: "text",
    odds: undefined,
    zone: "utc",
  };
}

/** The length of a fraction: `.123456`. */
function fractionAt(content: Buffer, at: number): number {
  if (content[at] !== 0x2e || !isDigit(content[at + 1])) return 0;
  let end = at + 1;
  while (end - at <= mostDigits && isDigit(content[end])) end++;
  return end - at;
}
