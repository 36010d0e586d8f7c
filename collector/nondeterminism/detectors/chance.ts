import type { TimeMatch } from "../values/match.ts";

/** Bytes by which a content is judged. */
const sample = 256 << 10;
/** Bytes before and after a number that say whether it stands in a structure. */
const reach = 8;

/** How many times chance would make of a content, by what its other bytes are like. */
export class Chance {
  readonly #content: Buffer;
  /** The share of zeros among its bytes. */
  readonly #zeros: number;

  constructor(content: Buffer) {
    this.#content = content;
    const length = Math.min(content.length, sample);
    let zeros = 0;
    for (let i = 0; i < length; i++) if (content[i] === 0) zeros++;
    this.#zeros = zeros / Math.max(length, 1);
  }

  /**
   * How many numbers such as a match are to be expected: at as many places, of its alignment, with as many zeros in it
   * and around it. Much less than one: it is no chance.
   */
  expected(match: TimeMatch): number {
    const { odds, offset, length } = match;
    if (odds === undefined) return 0;
    const isAligned = offset % length === 0;
    const places = Math.max(this.#content.length * (1 - this.#zeros), 1) / (isAligned ? length : 1);
    const within = this.#zeros ** odds.zeros;
    // Of either byte order.
    return 2 * places * within * odds.share * this.#around(match);
  }

  /** How likely as many zeros as there are around a number are elsewhere, or more. */
  #around({ offset, length }: TimeMatch): number {
    let [zeros, bytes] = [0, 0];
    for (let i = 1; i <= reach; i++) {
      for (const byte of [this.#content[offset - i], this.#content[offset + length - 1 + i]]) {
        if (byte === undefined) continue;
        bytes++;
        if (byte === 0) zeros++;
      }
    }
    return atLeast(zeros, bytes, this.#zeros);
  }
}

/** The probability of `least` or more of `all`, each with probability `p` (binomial distribution). */
function atLeast(least: number, all: number, p: number): number {
  let sum = 0;
  let ways = 1;
  for (let k = 0; k <= all; k++) {
    if (k >= least) sum += ways * p ** k * (1 - p) ** (all - k);
    ways = (ways * (all - k)) / (k + 1);
  }
  return Math.min(sum, 1);
}
