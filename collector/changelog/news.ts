import { byteOrder } from "../manifest/build-manifest.ts";
import { Book, type Text } from "./book.ts";
import { compareVersions } from "./compare-versions.ts";
import { type EntryFacts, factsOf, sortedCves } from "./facts.ts";
import type { PackageChange } from "./package-changes.ts";
import type { ChangelogEntry } from "./parse.ts";
import { rangesOf, type VersionRange } from "./ranges.ts";
import type { Side } from "./side.ts";

/** What the changelogs say of the versions between two builds. */
export interface News {
  /** By source package, `gained` before `lost`. */
  readonly sources: readonly SourceNews[];
  /** What is not told, since the recording has no changelog of it: as source packages are sorted. */
  readonly missing: readonly MissingNews[];
  /** Why none at all is told; empty if some is, or there is nothing to tell. */
  readonly notRecorded: readonly string[];
}

export interface SourceNews {
  readonly direction: VersionRange["direction"];
  readonly source: string;
  readonly ranges: readonly VersionRange[];
  /** Newest first, each version once. */
  readonly entries: readonly EntryNews[];
  readonly isSecurity: boolean;
  readonly cves: readonly string[];
  /** There may be older ones between the versions: the recorded text does not reach back to the older of them. */
  readonly isCut: boolean;
}

export type EntryNews = ChangelogEntry & EntryFacts;

export interface MissingNews {
  /** A source package; a binary one whose source's version is not known. */
  readonly package: string;
  readonly because: string;
}

/** Entries of B's changelogs for what is newer there, and of A's for what is older. */
export function newsOf(changes: readonly PackageChange[], a: Side, b: Side): News {
  const { ranges, untold } = rangesOf(changes, a, b);
  const missing = new Map<string, MissingNews>();
  const miss = (name: string, because: string) =>
    missing.set(`${name}\0${because}`, { package: name, because });
  const found = new Map<string, Found>();
  const books = { gained: new Book(b), lost: new Book(a) };
  for (const range of ranges) {
    const { source, direction, upTo } = range;
    if (books[direction].isEmpty) continue;
    const text = books[direction].read(source, upTo);
    if (text === undefined) {
      miss(source, `no changelog of version ${upTo} was recorded`);
      continue;
    }
    const key = `${source}\0${direction}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { direction, source, parts: [{ range, text }] });
    else known.parts.push({ range, text });
  }
  for (const { change, because } of untold) {
    if (!books[change.kind === "downgraded" ? "lost" : "gained"].isEmpty) miss(change.name, because);
  }
  return {
    sources: sortedByKey(found).map(sourceNews),
    missing: sortedByKey(missing),
    notRecorded: notRecorded(changes, a, b),
  };
}

function notRecorded(changes: readonly PackageChange[], a: Side, b: Side): string[] {
  const has = (...kinds: PackageChange["kind"][]) => changes.some(({ kind }) => kinds.includes(kind));
  return [
    ...(has("downgraded") && a.changelogs.length === 0 ? [because("A", a)] : []),
    ...(has("upgraded") && b.changelogs.length === 0 ? [because("B", b)] : []),
  ];
}

function because(letter: string, { kind }: Side): string {
  switch (kind) {
    case "manifest":
      return `${letter} is a build-manifest, which has none`;
    case "build":
      return `the recording of ${letter} has none`;
    default:
      return kind satisfies never;
  }
}

interface Found {
  readonly direction: VersionRange["direction"];
  readonly source: string;
  readonly parts: { readonly range: VersionRange; readonly text: Text }[];
}

function sourceNews({ direction, source, parts }: Found): SourceNews {
  const entries = new Map<string, EntryNews>();
  let isCut = false;
  for (const { range, text } of parts) {
    for (const entry of entriesBetween(text.entries, range)) {
      if (!entries.has(entry.version)) entries.set(entry.version, { ...entry, ...factsOf(entry) });
    }
    isCut ||= endsEarly(text, range);
  }
  const sorted = [...entries.values()].sort(newestFirst);
  return {
    direction,
    source,
    ranges: parts.map(({ range }) => range).sort(newestRangeFirst),
    entries: sorted,
    isSecurity: sorted.some((entry) => entry.isSecurity),
    cves: sortedCves(sorted.flatMap(({ cves }) => cves)),
    isCut,
  };
}

/** The entries of versions above `above`, up to and with `upTo`. */
export function entriesBetween(
  entries: readonly ChangelogEntry[],
  { above, upTo }: Pick<VersionRange, "above" | "upTo">,
): ChangelogEntry[] {
  return entries.filter(
    ({ version }) => compareVersions(version, above) > 0 && compareVersions(version, upTo) <= 0,
  );
}

function endsEarly({ entries, isCut, stoppedAt }: Text, { above }: VersionRange): boolean {
  if (!isCut && stoppedAt === null) return false;
  return !entries.some(({ version }) => compareVersions(version, above) <= 0);
}

function newestFirst(a: ChangelogEntry, b: ChangelogEntry): number {
  return compareVersions(b.version, a.version) || byteOrder(a.version, b.version);
}

function newestRangeFirst(a: VersionRange, b: VersionRange): number {
  return compareVersions(b.upTo, a.upTo) || byteOrder(a.upTo, b.upTo);
}

function sortedByKey<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map.entries()].sort(([a], [b]) => byteOrder(a, b)).map(([, value]) => value);
}
