import { byteOrder } from "../../manifest/build-manifest.ts";
import type { Change } from "./difference.ts";

/**
 * Paths that are in one build only and stand for each other: in one directory, of one type, from the same writer, with names of
 * one form. What is below such a directory has its counterpart there.
 */
export function renamedPaths(changes: readonly Change[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const lone = changes.filter(({ presence }) => presence !== "both");
  const tops = new Set(lone.map(({ path }) => path));
  const topmost = lone.filter(({ path }) => !tops.has(parentOf(path)));
  for (const keyOf of [byForm, byLength]) {
    const waiting = new Map<string, Change[]>();
    // From the last, so that the first is taken first.
    for (const each of topmost.toReversed()) {
      if (each.presence === "B" && !pairs.has(each.path)) push(waiting, keyOf(each), each);
    }
    for (const each of topmost) {
      if (each.presence !== "A" || pairs.has(each.path)) continue;
      const other = waiting.get(keyOf(each))?.pop();
      if (other === undefined) continue;
      pairs.set(each.path, other.path);
      pairs.set(other.path, each.path);
    }
  }
  return pairs;
}

function byForm(change: Change): string {
  const name = nameOf(change.path).replace(/[0-9A-Za-z]*\d[0-9A-Za-z]*/g, "0");
  return [placeOf(change), name].join("\0");
}

function byLength(change: Change): string {
  const name = nameOf(change.path);
  return [placeOf(change), name.length, /^[^A-Za-z0-9]*[A-Za-z]{0,2}/.exec(name)?.[0] ?? ""].join("\0");
}

function placeOf({ path, presence, a, b }: Change): string {
  const { entry, writers } = presence === "A" ? a : b;
  return [parentOf(path), entry?.type ?? "", writers[0]?.identity ?? ""].join("\0");
}

/** Of a path below one that is in one build only, the topmost such path. */
export function topmostLone(changes: readonly Change[]): (path: string) => string {
  const lone = new Set(changes.filter(({ presence }) => presence !== "both").map(({ path }) => path));
  const tops = new Map<string, string>();
  for (const path of [...lone].sort(byteOrder)) {
    const parent = parentOf(path);
    tops.set(path, tops.get(parent) ?? path);
  }
  return (path) => tops.get(path) ?? path;
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0)) || "/";
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function push(map: Map<string, Change[]>, key: string, change: Change): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [change]);
  else list.push(change);
}
