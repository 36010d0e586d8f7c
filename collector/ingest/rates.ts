/** How long a burst may go on that is faster than the rate, in seconds. */
const burst = 4;

/** What an owner may send in a second, over all connections together: a bucket that fills at that rate. */
export class Rates {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { level: number; at: number }>();

  /** @param perSecond in the units of `charge`. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes what was sent. @param now milliseconds. @returns how long is to be waited before more is taken, in milliseconds */
  charge(owner: string, cost: number, now = performance.now()): number {
    const most = this.#perSecond * burst;
    const known = this.#buckets.get(owner) ?? { level: most, at: now };
    const level = Math.min(known.level + ((now - known.at) / 1000) * this.#perSecond, most) - cost;
    this.#buckets.set(owner, { level, at: now });
    return level >= 0 ? 0 : (-level / this.#perSecond) * 1000;
  }
}
