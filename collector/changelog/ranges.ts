import { compareVersions } from "./compare-versions.ts";
import type { ChangeKind, PackageChange } from "./package-changes.ts";
import type { Place, Side, SidePackage } from "./side.ts";

/** Versions of a source package that lie between two builds: above `above`, up to and with `upTo`. */
export interface VersionRange {
  /** `gained`: uploads that B has and A had not; `lost`: the other way round. */
  readonly direction: "gained" | "lost";
  readonly source: string;
  readonly above: string;
  readonly upTo: string;
}

export interface Ranges {
  /** One for each direction, source and `upTo`. */
  readonly ranges: readonly VersionRange[];
  /** Packages that changed their version, where it cannot be said which versions lie between. */
  readonly untold: readonly { readonly change: PackageChange; readonly because: string }[];
}

/**
 * Which versions of source packages were passed over by the changes. A new binary package of a source that A had, too,
 * counts: the kernel's packages have other names with every version.
 */
export function rangesOf(changes: readonly PackageChange[], a: Side, b: Side): Ranges {
  const inA = new SourceVersions(a.packages);
  const inB = new SourceVersions(b.packages);
  const ranges = new Map<string, VersionRange>();
  const untold: Ranges["untold"][number][] = [];
  for (const change of changes) {
    if (change.type === "source" || !isMoved[change.kind]) continue;
    const { from, to, kind } = change;
    const [place = null] = change.places;
    const because = obstacle(change, inA, inB);
    if (because !== "") {
      if (kind !== "added") untold.push({ change, because });
      continue;
    }
    for (const each of to) {
      add(ranges, "gained", each, [...inA.of(each.source, place), ...sourceVersions(from)]);
    }
    if (kind !== "downgraded") continue;
    for (const each of from) {
      add(ranges, "lost", each, [...inB.of(each.source, place), ...sourceVersions(to)]);
    }
  }
  return { ranges: [...ranges.values()], untold };
}

/** No build has as many versions of one package: they would be compared each with each. */
const mostVersions = 100;

function obstacle({ from, to }: PackageChange, inA: SourceVersions, inB: SourceVersions): string {
  const all = [...from, ...to];
  if (all.some(({ sourceVersion }) => sourceVersion === null)) return "its source's versions are not known";
  const isMany = ({ source }: SidePackage) =>
    [inA, inB].some((side) => side.of(source, null).size > mostVersions);
  return all.length > mostVersions || all.some(isMany) ? "there are too many versions of it" : "";
}

const isMoved: Record<ChangeKind, boolean> = {
  added: true,
  removed: false,
  downgraded: true,
  upgraded: true,
  regrouped: false,
};

/** From the newest of the versions `known` that is older than the package's; none if there is none, or it is known. */
function add(
  ranges: Map<string, VersionRange>,
  direction: VersionRange["direction"],
  { source, sourceVersion: upTo }: SidePackage,
  known: readonly string[],
): void {
  if (source === null || upTo === null) return;
  let above: string | undefined;
  for (const each of known) {
    const order = compareVersions(each, upTo);
    if (order === 0) return;
    if (order < 0 && (above === undefined || compareVersions(above, each) < 0)) above = each;
  }
  if (above === undefined) return;
  const key = JSON.stringify([direction, source, upTo]);
  const range = ranges.get(key);
  if (range === undefined || compareVersions(above, range.above) < 0) {
    ranges.set(key, { direction, source, above, upTo });
  }
}

function sourceVersions(packages: readonly SidePackage[]): string[] {
  return packages.map(({ sourceVersion }) => sourceVersion).filter((each) => each !== null);
}

/** Which versions of each source package binary packages of a side are of. */
class SourceVersions {
  readonly #versions = new Map<string, Set<string>>();

  constructor(packages: readonly SidePackage[]) {
    for (const { type, source, sourceVersion, place } of packages) {
      if (type === "source" || source === null || sourceVersion === null) continue;
      for (const key of [keyOf(source, null), keyOf(source, place)]) {
        const known = this.#versions.get(key);
        if (known === undefined) this.#versions.set(key, new Set([sourceVersion]));
        else known.add(sourceVersion);
      }
    }
  }

  /** In one place, or with null in any. */
  of(source: string | null, place: Place | null): ReadonlySet<string> {
    return (source === null ? undefined : this.#versions.get(keyOf(source, place))) ?? none;
  }
}

const none: ReadonlySet<string> = new Set();

function keyOf(source: string, place: Place | null): string {
  return `${place ?? ""} ${source}`;
}
