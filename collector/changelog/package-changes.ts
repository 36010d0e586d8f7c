import { byteOrder } from "../manifest/build-manifest.ts";
import { compareVersions } from "./compare-versions.ts";
import { type Place, places, type Side, type SidePackage } from "./side.ts";

/**
 * What became of a package: `added` and `removed` if one of the two has no version of it, else after the newest that each
 * has. `regrouped`: the newest are the same to dpkg, and others differ, or how it is written (`1.0` and `1.0-0`). In the
 * order of reports.
 */
export const changeKinds = ["added", "removed", "downgraded", "upgraded", "regrouped"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * How one package, by name and architecture, differs. A build can have several versions of it, in the image and in
 * others of its systems, or one that was bootstrapped and upgraded: what differs are sets of versions.
 */
export interface PackageChange {
  readonly kind: ChangeKind;
  readonly type: SidePackage["type"];
  readonly name: string;
  /** In B, or where it was removed, in A; empty if it is not known. */
  readonly architecture: string;
  /** In A, if that is another: a package became `all`, or is no more. Null if not. */
  readonly fromArchitecture: string | null;
  /** Where this happened; empty where one of the two does not know. */
  readonly places: readonly Place[];
  /** All versions that A has, and that B has: each oldest first. */
  readonly from: readonly SidePackage[];
  readonly to: readonly SidePackage[];
}

export interface PackageChanges {
  /** By kind, origin, source package, name, architecture. */
  readonly changes: readonly PackageChange[];
  /** How many packages, by name and architecture, are as they were. */
  readonly unchanged: number;
}

export function packageChanges(a: Side, b: Side): PackageChanges {
  const keyOf = identities(a.packages, b.packages);
  const before = a.packages.map((each) => ({ key: keyOf(each), each }));
  const after = b.packages.map((each) => ({ key: keyOf(each), each }));
  const areas: readonly (Place | null)[] = knowsPlaces(a) && knowsPlaces(b) ? places : [null];
  const merged = new Map<string, PackageChange>();
  const all = new Set<string>();
  const changed = new Set<string>();
  for (const area of areas) {
    const from = byIdentity(before, area);
    const to = byIdentity(after, area);
    for (const key of new Set([...from.keys(), ...to.keys()])) {
      all.add(key);
      const change = changeOf(from.get(key) ?? [], to.get(key) ?? []);
      if (change === undefined) continue;
      changed.add(key);
      const what = JSON.stringify([key, versions(change.from), versions(change.to)]);
      const at = area === null ? [] : [area];
      const known = merged.get(what);
      merged.set(what, known === undefined ? { ...change, places: at } : { ...known, places });
    }
  }
  return { changes: sorted(merged.values()), unchanged: all.size - changed.size };
}

interface Keyed {
  readonly key: string;
  readonly each: SidePackage;
}

/** The newest version that B has of it, or where it was removed, that A had. */
export function newestOf({ from, to }: PackageChange): SidePackage {
  return (to.at(-1) ?? from.at(-1))!;
}

export function versions(packages: readonly SidePackage[]): string[] {
  return packages.map(({ version }) => version);
}

/** Without an image the one place that there is tells nothing. */
function knowsPlaces({ packages }: Side): boolean {
  return packages.some(({ place }) => place === "image");
}

/**
 * What tells one package from another: name and architecture. To dpkg `all` and the system's own architecture are the
 * same, so a package that had one of them and now has the other is one; so is one whose architecture is not known.
 */
function identities(a: readonly SidePackage[], b: readonly SidePackage[]): (each: SidePackage) => string {
  const before = onlyArchitectures(a);
  const after = onlyArchitectures(b);
  return ({ type, name, architecture }) => {
    const named = `${type} ${name}`;
    const from = before.get(named);
    const to = after.get(named);
    const isOne = typeof from === "string" && typeof to === "string";
    const isMovable = from === "all" || to === "all" || from === "" || to === "";
    return isOne && isMovable ? named : `${named} ${architecture}`;
  };
}

/** The architecture of each package that has one only; null for the others. */
function onlyArchitectures(packages: readonly SidePackage[]): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const { type, name, architecture } of packages) {
    const named = `${type} ${name}`;
    const known = found.get(named);
    if (known === undefined) found.set(named, architecture);
    else if (known !== architecture) found.set(named, null);
  }
  return found;
}

/** The packages of an area, each version once, oldest first. */
function byIdentity(packages: readonly Keyed[], area: Place | null): Map<string, SidePackage[]> {
  const found = new Map<string, SidePackage[]>();
  for (const { key, each } of packages) {
    if (area !== null && each.place !== area) continue;
    const known = found.get(key);
    if (known === undefined) found.set(key, [each]);
    else known.push(each);
  }
  for (const [key, all] of found) if (all.length > 1) found.set(key, eachOnce(all).sort(oldestFirst));
  return found;
}

function eachOnce(packages: readonly SidePackage[]): SidePackage[] {
  const found = new Map<string, SidePackage>();
  for (const each of packages) if (!found.has(each.version)) found.set(each.version, each);
  return [...found.values()];
}

function oldestFirst(a: SidePackage, b: SidePackage): number {
  return compareVersions(a.version, b.version) || byteOrder(a.version, b.version);
}

function changeOf(
  from: readonly SidePackage[],
  to: readonly SidePackage[],
): Omit<PackageChange, "places"> | undefined {
  const had = from.at(-1);
  const has = to.at(-1);
  const newest = has ?? had;
  const isSame = from.length === to.length && from.every(({ version }, i) => version === to[i]!.version);
  if (newest === undefined || isSame) return undefined;
  const { type, name, architecture } = newest;
  const was = had?.architecture ?? architecture;
  const fromArchitecture = was === architecture ? null : was;
  return { kind: kindOf(had, has), type, name, architecture, fromArchitecture, from, to };
}

function kindOf(from: SidePackage | undefined, to: SidePackage | undefined): ChangeKind {
  if (from === undefined) return "added";
  if (to === undefined) return "removed";
  const order = compareVersions(from.version, to.version);
  return order < 0 ? "upgraded" : order > 0 ? "downgraded" : "regrouped";
}

function sorted(changes: Iterable<PackageChange>): PackageChange[] {
  const keyed = [...changes].map((change) => {
    const { origin, source, name } = newestOf(change);
    const { type, architecture } = change;
    const texts = [origin ?? "", source ?? name, name, architecture, type, change.places[0] ?? ""];
    return { change, kind: changeKinds.indexOf(change.kind), texts };
  });
  keyed.sort((a, b) => a.kind - b.kind || textOrder(a.texts, b.texts));
  return keyed.map(({ change }) => change);
}

function textOrder(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = byteOrder(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}
