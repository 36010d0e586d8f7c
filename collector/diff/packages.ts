import { byteOrder } from "../manifest/build-manifest.ts";
import { places, type Where } from "../manifest/where.ts";
import type { PackageInPlace } from "./side/state.ts";

/** A package that two builds have in other versions, or one of them not at all. */
export interface PackageDifference {
  readonly where: Where;
  readonly name: string;
  readonly architecture: string;
  /** In byte order; empty where the build does not have it. */
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/** What differs in the sets of packages, the image's own first, then in byte order. */
export function packageDifferences(
  a: readonly PackageInPlace[],
  b: readonly PackageInPlace[],
): PackageDifference[] {
  const [inA, inB] = [versionsOf(a), versionsOf(b)];
  const differences: PackageDifference[] = [];
  for (const key of new Set([...inA.keys(), ...inB.keys()])) {
    const [where, name, architecture] = key.split("\0") as [Where, string, string];
    const [one, other] = [inA.get(key) ?? [], inB.get(key) ?? []];
    if (one.join("\0") !== other.join("\0"))
      differences.push({ where, name, architecture, a: one, b: other });
  }
  return differences.sort(
    (one, other) =>
      places.indexOf(one.where) - places.indexOf(other.where) ||
      byteOrder(one.name, other.name) ||
      byteOrder(one.architecture, other.architecture),
  );
}

function versionsOf(packages: readonly PackageInPlace[]): Map<string, string[]> {
  const versions = new Map<string, string[]>();
  for (const { where, name, architecture, version } of packages) {
    const key = [where, name, architecture].join("\0");
    const known = versions.get(key);
    if (known === undefined) versions.set(key, [version]);
    else known.push(version);
  }
  for (const each of versions.values()) each.sort(byteOrder);
  return versions;
}
