/** Bytes of a file that is recorded whole; of a larger one as many of its beginning as `beginningLimit` says. */
export const wholeLimit = 256 << 10;
export const beginningLimit = 64 << 10;
/** Bytes of the contents of one image, all together, each counted with what it takes besides its bytes. */
export const contentBudget = 32 << 20;
const overhead = 256;

export interface KeptContent {
  /** Of the file. */
  size: number;
  /** All of it, or its beginning. */
  data: Buffer;
}

interface Candidate extends KeptContent {
  /** The first, in byte order, of those that have this content. */
  path: string;
}

/**
 * Contents that may be recorded, while it is not known yet which of them will be. The budget goes to the smallest,
 * and of equal ones to the first by path: what is kept does not depend on the order in which they are found.
 */
export class KeptContents {
  readonly #budget: number;
  readonly #bySha256 = new Map<string, Candidate>();
  #total = 0;

  constructor(budget = contentBudget) {
    this.#budget = budget;
  }

  /** @param data is copied. */
  add(path: string, sha256: string, size: number, data: Buffer): void {
    const known = this.#bySha256.get(sha256);
    if (known !== undefined) {
      if (path < known.path) known.path = path;
      return;
    }
    this.#bySha256.set(sha256, { path, size, data: copyOf(data) });
    this.#total += data.length + overhead;
    // Not each time: sorting costs more than a little memory.
    if (this.#total > this.#budget * 1.125) this.#dropLargest();
  }

  /** What the budget was enough for, of those added so far; by digest, which is a byte string. */
  settled(): ReadonlyMap<string, KeptContent> {
    this.#dropLargest();
    return this.#bySha256;
  }

  #dropLargest(): void {
    if (this.#total <= this.#budget) return;
    const largestFirst = [...this.#bySha256].sort(([, a], [, b]) => compare(b, a));
    for (const [sha256, { data }] of largestFirst) {
      if (this.#total <= this.#budget) return;
      this.#bySha256.delete(sha256);
      this.#total -= data.length + overhead;
    }
  }
}

function compare(a: Candidate, b: Candidate): number {
  return a.data.length - b.data.length || (a.path < b.path ? -1 : 1);
}

/** In memory of its own: a part of a larger buffer would keep that alive. */
function copyOf(data: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(data.length);
  data.copy(copy);
  return copy;
}
