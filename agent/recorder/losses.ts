import type { Event } from "../../proto/events.ts";
import { bootMicroseconds } from "../kernel/clock.ts";

/** Hostile input could make details without end: beyond this many, losses are counted by kind alone. */
const mostDetails = 256;

interface Loss {
  what: string;
  detail: string;
  count: number;
}

/** Counts what was lost, by kind, and records it: each kind's first time at once, its growth at every flush. */
export class Losses {
  readonly #emit: (event: Event) => void;
  readonly #unwritten = new Map<string, Loss>();
  total = 0;

  constructor(emit: (event: Event) => void) {
    this.#emit = emit;
  }

  add(what: string, detail: string, count = 1): void {
    if (count <= 0) return;
    this.total += count;
    const isFull = this.#unwritten.size >= mostDetails;
    const loss = this.#unwritten.get(keyOf(what, detail)) ?? this.#begin(what, isFull ? "others" : detail);
    loss.count += count;
  }

  write(): void {
    const time = Math.floor(bootMicroseconds());
    for (const { what, detail, count } of this.#unwritten.values()) {
      this.#emit({ kind: "loss", time, what, count, detail });
    }
    this.#unwritten.clear();
  }

  #begin(what: string, detail: string): Loss {
    const key = keyOf(what, detail);
    let loss = this.#unwritten.get(key);
    if (loss === undefined) {
      loss = { what, detail, count: 0 };
      this.#unwritten.set(key, loss);
    }
    return loss;
  }
}

function keyOf(what: string, detail: string): string {
  return `${what}\0${detail}`;
}
