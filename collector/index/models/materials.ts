import { readBuild } from "../../model/read-build.ts";
import { type Material, materialOf } from "../../report/report.ts";

/** What a model of one recording may take at most, and all that are kept, in bytes by estimate. */
const modelLimit = 2 ** 30;
const keptLimit = 400 * 2 ** 20;
/** About what a model takes of each event, in bytes: a minimal build of 160,000 events takes 60 MB. */
const perEvent = 400;

/** A recording's file, and of what size it is read: one that grows has another model later. */
export interface Recording {
  readonly key: string;
  readonly path: string;
  readonly size: number;
}

/** Models of the recordings that were asked for last. */
export class Materials {
  /** The latest last. */
  readonly #kept = new Map<string, { material: Material; size: number; cost: number }>();

  /** @throws NotARecording, or a system error */
  of({ key, path, size }: Recording): Material {
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    if (known !== undefined && known.size === size) {
      this.#kept.set(key, known);
      return known.material;
    }
    const material = materialOf(readBuild(path, modelLimit));
    const events = [...material.build.counts.values()].reduce((sum, count) => sum + count, 0);
    this.#keep(key, { material, size, cost: events * perEvent });
    return material;
  }

  #keep(key: string, each: { material: Material; size: number; cost: number }): void {
    let cost = each.cost;
    for (const other of this.#kept.values()) cost += other.cost;
    for (const [oldest, { cost: freed }] of this.#kept) {
      if (cost <= keptLimit) break;
      this.#kept.delete(oldest);
      cost -= freed;
    }
    // The last one is kept whatever it takes: what is asked for next is most often of the same build.
    this.#kept.set(key, each);
  }
}
