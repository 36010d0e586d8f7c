import type { TimeMatch } from "./match.ts";
import type { PairScanner, Probe } from "./pair-scanner.ts";
import { second, type Window } from "./window.ts";

/** An encoding of times as a number of 64 bits. */
interface Encoding {
  readonly name: string;
  /** The number for a time in microseconds since 1970, and back. */
  readonly of: (time: number) => number;
  readonly time: (value: number) => number;
  readonly resolution: number;
}

/** Between 1601, from which Windows counts, and 1970. Seconds (MS-DTYP 2.3.3). */
const since1601 = 11_644_473_600;

const wide: readonly Encoding[] = [
  { name: "milliseconds, 64 bits", of: (t) => t / 1000, time: (v) => v * 1000, resolution: 1000 },
  { name: "microseconds, 64 bits", of: (t) => t, time: (v) => v, resolution: 1 },
  { name: "nanoseconds, 64 bits", of: (t) => t * 1000, time: (v) => v / 1000, resolution: 1 },
  {
    name: "FILETIME (100 ns since 1601)",
    of: (t) => (t + since1601 * second) * 10,
    time: (v) => v / 10 - since1601 * second,
    resolution: 1,
  },
];

/** Pairs by which one encoding is looked for: a window of years would need more, and find anything. */
const mostPairs = 64;

/** Adds the numbers that may be times: 32 and 64 bits and doubles, of either byte order. */
export function addBinaryTimes(scanner: PairScanner, window: Window): void {
  addSeconds(scanner, window);
  addDoubles(scanner, window);
  for (const encoding of wide) addWide(scanner, window, encoding);
}

function addSeconds(scanner: PairScanner, window: Window): void {
  const from = Math.floor(window.from / second) >>> 16;
  const to = Math.floor(window.to / second) >>> 16;
  if (to - from >= mostPairs) return;
  for (let pair = from; pair <= to; pair++) {
    const [high, low] = [pair >> 8, pair & 0xff];
    scanner.add(high, low, (content, at) => seconds(content, at, "big", window));
    scanner.add(low, high, (content, at) => seconds(content, at - 2, "little", window));
  }
}

type Endian = "big" | "little";

function seconds(content: Buffer, at: number, endian: Endian, window: Window): TimeMatch | undefined {
  if (at < 0 || at + 4 > content.length) return undefined;
  const value = endian === "big" ? content.readUInt32BE(at) : content.readUInt32LE(at);
  if (!window.has(value * second, second)) return undefined;
  const upper = endian === "big" ? at - 4 : at + 4;
  const isWide = upper >= 0 && upper + 4 <= content.length && content.readUInt32LE(upper) === 0;
  return {
    kind: "time",
    offset: isWide ? Math.min(at, upper) : at,
    length: isWide ? 8 : 4,
    time: value * second,
    resolution: second,
    encoding: `seconds, ${isWide ? 64 : 32} bits, ${endian} endian`,
    form: "number",
    odds: { zeros: isWide ? 4 : 0, share: (window.to - window.from) / second / 2 ** 32 },
    zone: "utc",
  };
}

function addWide(scanner: PairScanner, window: Window, encoding: Encoding): void {
  const read = (content: Buffer, at: number, endian: Endian): number =>
    endian === "big"
      ? content.readUInt32BE(at) * 2 ** 32 + content.readUInt32BE(at + 4)
      : content.readUInt32LE(at + 4) * 2 ** 32 + content.readUInt32LE(at);
  const [low, high] = [encoding.of(window.from), encoding.of(window.to)];
  // The pair of bytes that begins with the highest one that is not 0.
  const bytes = Math.ceil(Math.log2(high + 1) / 8);
  const unit = 2 ** (8 * (bytes - 2));
  const odds = { zeros: 8 - bytes, share: (high - low) / 2 ** (8 * bytes) };
  addPairs(scanner, Math.floor(low / unit), Math.floor(high / unit), 8 - bytes, (content, at, endian) => {
    const value = read(content, at, endian);
    if (value < low || value > high) return undefined;
    return matchOf(
      encoding.name,
      { time: encoding.time(value), resolution: encoding.resolution, odds },
      at,
      endian,
      window,
    );
  });
}

/** Seconds as IEEE 754 has them, as of Python's and Lua's `time`. */
function addDoubles(scanner: PairScanner, window: Window): void {
  const bytes = Buffer.alloc(8);
  const pairOf = (time: number) => {
    bytes.writeDoubleBE(time / second);
    return bytes.readUInt16BE(0);
  };
  // Twelve bits are sign and exponent; the others divide the seconds between two powers of two.
  const seconds = (window.to - window.from) / second;
  const odds = { zeros: 0, share: seconds / 2 ** (12 + Math.floor(Math.log2(window.to / second))) };
  addPairs(scanner, pairOf(window.from), pairOf(window.to), 0, (content, at, endian) => {
    const value = endian === "big" ? content.readDoubleBE(at) : content.readDoubleLE(at);
    if (!(value * second >= window.from && value * second <= window.to)) return undefined;
    return matchOf("seconds, double", { time: value * second, resolution: 1, odds }, at, endian, window);
  });
}

type Read = (content: Buffer, at: number, endian: Endian) => TimeMatch | undefined;

/** @param skipped bytes of the number, from its most significant, before the pair. */
function addPairs(scanner: PairScanner, from: number, to: number, skipped: number, read: Read): void {
  if (to - from >= mostPairs) return;
  const within = (endian: Endian, before: number): Probe => {
    return (content, at) => {
      const start = at - before;
      return start < 0 || start + 8 > content.length ? undefined : read(content, start, endian);
    };
  };
  for (let pair = from; pair <= to; pair++) {
    scanner.add(pair >> 8, pair & 0xff, within("big", skipped));
    scanner.add(pair & 0xff, pair >> 8, within("little", 6 - skipped));
  }
}

function matchOf(
  name: string,
  { time, resolution, odds }: Pick<TimeMatch, "time" | "resolution" | "odds">,
  offset: number,
  endian: Endian,
  window: Window,
): TimeMatch | undefined {
  const exact = Math.round(time);
  if (!window.has(exact, resolution)) return undefined;
  const encoding = `${name}, ${endian} endian`;
  return {
    kind: "time",
    offset,
    length: 8,
    time: exact,
    resolution,
    encoding,
    form: "number",
    odds,
    zone: "utc",
  };
}
