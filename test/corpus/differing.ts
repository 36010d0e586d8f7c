import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";

/**
 * The paths that are not the same in two trees, compared by themselves: presence, type, mode, owner, time, content and
 * target. Absolute as within the trees, sorted. What differs below a directory that only one has is not told apart.
 */
export function differing(a: string, b: string): string[] {
  return [...compare(a, b, "/")].sort();
}

function* compare(a: string, b: string, path: string): Generator<string> {
  const [inA, inB] = [namesIn(join(a, path)), namesIn(join(b, path))];
  for (const name of new Set([...inA.keys(), ...inB.keys()])) {
    const below = join(path, name);
    if (!inA.has(name) || !inB.has(name)) {
      yield below;
      continue;
    }
    const [one, other] = [join(a, below), join(b, below)];
    if (!isSame(one, lstatSync(one), other, lstatSync(other))) yield below;
    if (inA.get(name)!.isDirectory() && inB.get(name)!.isDirectory()) yield* compare(a, b, below);
  }
}

function namesIn(directory: string): Map<string, Dirent> {
  return new Map(readdirSync(directory, { withFileTypes: true }).map((each) => [each.name, each]));
}

function isSame(a: string, one: Stats, b: string, other: Stats): boolean {
  if (one.mode !== other.mode || one.uid !== other.uid || one.gid !== other.gid) return false;
  if (one.mtimeMs !== other.mtimeMs) return false;
  if (one.isSymbolicLink()) return readlinkSync(a) === readlinkSync(b);
  return !one.isFile() || (one.size === other.size && readFileSync(a).equals(readFileSync(b)));
}
