import type { TimeMatch } from "./match.ts";
import type { PairScanner } from "./pair-scanner.ts";
import { isWord } from "./text.ts";
import { second, type Window } from "./window.ts";

/** Of the seconds, and of PHP's uniqid(), which puts five of the microseconds behind them. */
const lengths = [8, 13];

/** Adds seconds in hexadecimal, as words of their own. */
export function addHexTimes(scanner: PairScanner, window: Window): void {
  const from = Math.floor(window.from / second) >>> 24;
  const to = Math.floor(window.to / second) >>> 24;
  for (let byte = from; byte <= to && byte < 0x100; byte++) {
    const digits = byte.toString(16).padStart(2, "0");
    for (const pair of new Set([digits, digits.toUpperCase()])) {
      scanner.add(pair.charCodeAt(0), pair.charCodeAt(1), (content, at) => hexadecimal(content, at, window));
    }
  }
}

function hexadecimal(content: Buffer, at: number, window: Window): TimeMatch | undefined {
  const isPrefixed = content[at - 1] === 0x78 && content[at - 2] === 0x30; // 0x
  if (!isPrefixed && isWord(content[at - 1])) return undefined;
  const length = lengths.find((each) => !isWord(content[at + each]));
  if (length === undefined || at + length > content.length) return undefined;
  const digits = content.toString("latin1", at, at + length);
  if (!/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(digits)) return undefined;
  const time = Number.parseInt(digits.slice(0, 8), 16) * second;
  if (!window.has(time, second)) return undefined;
  const encoding = "seconds, hexadecimal";
  return {
    kind: "time",
    offset: at,
    length,
    time,
    resolution: second,
    encoding,
    form: "number",
    odds: { zeros: 0, share: (window.to - window.from) / second / 2 ** 32 },
    zone: "utc",
  };
}
