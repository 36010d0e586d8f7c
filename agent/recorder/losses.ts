import type { Event } from "../../proto/events.ts";
import { bootMicroseconds } from "../kernel/clock.ts";

/** Counts what was lost, by kind, and records it: each kind's first time at once, its growth at every flush. */
export class Losses {
  readonly #emit: (event: Event) => void;
  readonly #unwritten = new Map<string, { what: string; detail: string; count: number }>();
  total = 0;

  constructor(emit: (event: Event) => void) {
    this.#emit = emit;
  }

  add(what: string, detail: string, count = 1): void {
    if (count <= 0) return;
    this.total += count;
    const key = `${what}\0${detail}`;
    const known = this.#unwritten.get(key);
    // Hostile input could make details without end: beyond a bound they are counted by kind alone.
    if (known !== undefined) known.count += count;
    else if (this.#unwritten.size < 256) this.#unwritten.set(key, { what, detail, count });
    else this.add(what, "others", count);
  }

  write(): void {
    const time = Math.floor(bootMicroseconds());
    for (const { what, detail, count } of this.#unwritten.values()) {
      this.#emit({ kind: "loss", time, what, count, detail });
    }
    this.#unwritten.clear();
  }
}
