import { type ChangeKind, changeKinds, newestOf, type PackageChange, versions } from "./package-changes.ts";
import type { Side } from "./side.ts";

/** Changes of one kind of the packages of one source package and origin. */
export interface Group {
  readonly kind: ChangeKind;
  readonly origin: string | null;
  /** Null if it is not known: then there is one name. */
  readonly source: string | null;
  readonly packages: readonly PackageChange[];
}

/** In the order of the changes, which is that of `packageChanges`. */
export function groupsOf(changes: readonly PackageChange[]): Group[] {
  const groups = new Map<string, Group & { packages: PackageChange[] }>();
  for (const change of changes) {
    const { origin, source, name } = newestOf(change);
    const key = JSON.stringify([change.kind, origin, source ?? name]);
    const known = groups.get(key);
    if (known !== undefined) known.packages.push(change);
    else groups.set(key, { kind: change.kind, origin, source, packages: [change] });
  }
  return [...groups.values()];
}

/** All changes of one kind, as a report has them. */
export interface Section {
  readonly kind: ChangeKind;
  readonly count: number;
  readonly parts: readonly { readonly origin: Origin; readonly groups: readonly Group[] }[];
}

/** An archive's name; null for packages of none that is known; undefined where no package's archive is known. */
export type Origin = string | null | undefined;

/** In the order of the changes, which is that of `packageChanges`. */
export function sectionsOf(changes: readonly PackageChange[]): Section[] {
  const groups = groupsOf(changes);
  const isKnown = groups.some(({ origin }) => origin !== null);
  return changeKinds.flatMap((kind) => {
    const parts = new Map<Origin, Group[]>();
    for (const group of groups) {
      if (group.kind !== kind) continue;
      const origin = isKnown ? group.origin : undefined;
      const known = parts.get(origin);
      if (known === undefined) parts.set(origin, [group]);
      else known.push(group);
    }
    if (parts.size === 0) return [];
    const count = changes.filter((change) => change.kind === kind).length;
    return [{ kind, count, parts: [...parts].map(([origin, groups]) => ({ origin, groups })) }];
  });
}

/** Packages of a group that changed in the same way, for a person to read. */
export interface Line {
  readonly names: readonly string[];
  /** `1.0 -> 2.0`, and what else there is to say. */
  readonly what: string;
}

/** @param write escapes a name or a version for the format. */
export function linesOf(
  { packages }: Group,
  nameOf: (change: PackageChange) => string,
  write: (text: string) => string,
): Line[] {
  const lines = new Map<string, { names: string[]; what: string }>();
  for (const change of packages) {
    const what = whatOf(change, write);
    const known = lines.get(what);
    const name = write(nameOf(change));
    if (known !== undefined) known.names.push(name);
    else lines.set(what, { names: [name], what });
  }
  return [...lines.values()];
}

/** Names with their architecture where that says something: there are several of it. */
export function namer(a: Side, b: Side): (change: PackageChange) => string {
  const first = new Map<string, string>();
  const several = new Set<string>();
  for (const { type, name, architecture } of [...a.packages, ...b.packages]) {
    if (type === "source") continue;
    const known = first.get(name);
    if (known === undefined) first.set(name, architecture);
    else if (known !== architecture) several.add(name);
  }
  return ({ type, name, architecture, fromArchitecture }) => {
    if (type === "source") return `${name} (source)`;
    const isPlain = !several.has(name) || fromArchitecture !== null || architecture === "";
    return isPlain ? name : `${name}:${architecture}`;
  };
}

function whatOf(change: PackageChange, write: (text: string) => string): string {
  const { fromArchitecture, architecture, places } = change;
  const list = (packages: PackageChange["from"]) => versions(packages).map(write).join(", ");
  const notes: string[] = [];
  if (fromArchitecture !== null) {
    notes.push(`architecture ${write(fromArchitecture || "unknown")} -> ${write(architecture || "unknown")}`);
  }
  if (places.length === 1 && places[0] === "build") notes.push("not in the image");
  const moved = [list(change.from), list(change.to)].filter((each) => each !== "").join(" -> ");
  return notes.length === 0 ? moved : `${moved} (${notes.join("; ")})`;
}

/** Headings of the kinds of changes. */
export const headings: Record<ChangeKind, string> = {
  added: "Added",
  removed: "Removed",
  downgraded: "Downgraded",
  upgraded: "Upgraded",
  regrouped: "Newest version as before, others differ",
};
