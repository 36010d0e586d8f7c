import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileKeysOf } from "./archive/file-keys.ts";
import type { PoolFile } from "./archive/package.ts";
import { digestOf } from "./files/digest.ts";
import type { Layout } from "./layout.ts";
import { isKept, isThere } from "./publish.ts";
import type { Snapshot, Tag } from "./state.ts";

/** How closely a snapshot or tag is looked at: that its indices are there, or each file of the pool, or its content. */
export type Depth = "indices" | "files" | "content";

/** What is wrong with a snapshot; empty if nothing is. */
export function faultsOf(layout: Layout, snapshot: Snapshot, depth: Depth): string[] {
  const root = layout.snapshot(snapshot.archive, snapshot.serial);
  if (!isThere(layout, snapshot)) return ["its Release files or indices are not as they must be"];
  return faultsBelow(
    root,
    snapshot.suites.flatMap(({ name, files }) =>
      files
        .filter(isKept)
        .map(({ path, sha256, size }) => ({ path: join("dists", name, path), sha256, size })),
    ),
    snapshot.suites.map(({ name }) => join(root, "dists", name)),
    depth,
  );
}

export function faultsOfTag(layout: Layout, tag: Tag, depth: Depth): string[] {
  const root = layout.tag(tag.name);
  const missing = Object.keys(tag.archives).filter((archive) => !existsSync(join(root, archive, "dists")));
  if (missing.length > 0) return missing.map((archive) => `${archive} is missing`);
  return Object.keys(tag.archives).flatMap((archive) =>
    faultsBelow(join(root, archive), [], [join(root, archive, "dists")], depth),
  );
}

function faultsBelow(
  root: string,
  indices: readonly PoolFile[],
  directories: readonly string[],
  depth: Depth,
): string[] {
  const faults = indices.flatMap((file) => faultOf(root, file, depth));
  if (depth === "indices" || faults.length > 0) return faults;
  const files = new Map(directories.flatMap((directory) => [...fileKeysOf(directory)]));
  return [...files.values()].flatMap((file) => faultOf(root, file, depth));
}

function faultOf(root: string, { path, size, sha256 }: PoolFile, depth: Depth): string[] {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [`${path} is missing`];
  if (stats.size !== size) return [`${path} has ${stats.size} bytes, not ${size}`];
  if (depth === "content" && digestOf(join(root, path)) !== sha256) return [`${path} has another sha256`];
  return [];
}
