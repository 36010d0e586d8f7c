import { statSync } from "node:fs";
import { join } from "node:path";
import { fileKeysOf } from "../archive/file-keys.ts";
import { filesBelow } from "../files/below.ts";
import { heldDirectory } from "../held.ts";
import type { Layout } from "../layout.ts";
import type { Snapshot, State } from "../state.ts";

export interface ExpiryPlan {
  readonly snapshots: readonly Snapshot[];
  /** Files of the pool that go with them, and what they take on disk: one that a tag keeps frees nothing. */
  readonly files: number;
  readonly bytes: number;
}

/** What `expire` deletes: the snapshots that are past their Valid-Until at a time. */
export function planExpiry(layout: Layout, state: State, now: number): ExpiryPlan {
  const snapshots = state.snapshots.filter(({ validUntil }) => validUntil < now);
  let files = 0;
  let bytes = 0;
  for (const archive of new Set(snapshots.map(({ archive }) => archive))) {
    const kept = keptFiles(layout, state, archive, now);
    const pool = layout.pool(archive);
    for (const path of filesBelow(pool)) {
      if (kept.has(`pool/${path}`)) continue;
      const { size, nlink } = statSync(join(pool, path));
      files++;
      if (nlink === 1) bytes += size;
    }
  }
  return { snapshots, files, bytes };
}

/** What the mirror or a snapshot that stays refers to. */
function keptFiles(layout: Layout, state: State, archive: string, now: number): Set<string> {
  const directories = new Set(
    Object.keys(state.mirrors[archive]?.suites ?? {}).map((suite) =>
      join(layout.base(archive), "dists", suite),
    ),
  );
  for (const snapshot of state.snapshots) {
    if (snapshot.archive !== archive || snapshot.validUntil < now) continue;
    for (const { name, held } of snapshot.suites) directories.add(heldDirectory(layout, archive, name, held));
  }
  return new Set([...directories].flatMap((directory) => [...fileKeysOf(directory).keys()]));
}
