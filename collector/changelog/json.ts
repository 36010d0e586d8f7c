import { type JsonText, jsonText } from "../model/bytes.ts";
import type { Comparison } from "./compare.ts";
import { groupsOf } from "./groups.ts";
import type { EntryNews, SourceNews } from "./news.ts";
import type { OriginChangeKind } from "./origin-changes.ts";
import { type ChangeKind, changeKinds, type PackageChange, versions } from "./package-changes.ts";
import { countOf, type Place, type Side } from "./side.ts";

/** Version of the JSON below: raised when a field changes its meaning or goes. Fields may be added. */
export const changelogVersion = 1;

/**
 * What `isotrace changelog --format json` prints. What is not known is null; lists are in byte order unless said
 * otherwise. Texts that are not UTF-8 are `{"bytes": base64}`.
 */
export interface ChangelogJson {
  readonly version: number;
  /** False if either recording lacks something; null if neither does, and one of the two is a file, which does not know. */
  readonly complete: boolean | null;
  /** One line each, beginning with `A: ` or `B: `. */
  readonly causes: readonly string[];
  readonly a: SideJson;
  readonly b: SideJson;
  readonly origins: readonly {
    readonly archive: JsonText;
    /** `moved`: its reference is another. */
    readonly change: OriginChangeKind;
    readonly from: OriginJson | null;
    readonly to: OriginJson | null;
  }[];
  /** Packages, by name and architecture; one that changed in the image otherwise than elsewhere counts twice. */
  readonly counts: Readonly<Record<ChangeKind | "unchanged", number>>;
  /** By kind (added, removed, downgraded, upgraded, regrouped), then by origin and source package. */
  readonly changes: readonly GroupJson[];
  readonly changelogs: {
    /** Why no changelog's entries can be told at all; empty if they can, or there is none to be told. */
    readonly notRecorded: readonly string[];
    readonly sources: readonly SourceNewsJson[];
    /** Packages whose changelog was not recorded, though others were. */
    readonly missing: readonly { readonly package: JsonText; readonly because: string }[];
  };
}

export interface SideJson {
  /** As it was given on the command line. */
  readonly name: string;
  readonly kind: "build" | "manifest";
  readonly build: string | null;
  readonly complete: boolean | null;
  readonly causes: readonly string[];
  /** How many packages it has, each version once. */
  readonly packages: number;
}

export interface OriginJson {
  readonly uri: JsonText | null;
  readonly reference: JsonText;
}

export interface GroupJson {
  /** `regrouped`: the newest version is the same to dpkg, others differ. */
  readonly kind: ChangeKind;
  /** The archive it came from: in B, or where it was removed, in A. */
  readonly origin: JsonText | null;
  readonly source: JsonText | null;
  readonly packages: readonly PackageJson[];
}

export interface PackageJson {
  readonly type: "binary" | "source";
  readonly name: JsonText;
  readonly architecture: JsonText | null;
  /** In A, if that is another. */
  readonly fromArchitecture: JsonText | null;
  /** `image`, or `build`: only used while the image was built; empty if one of the two does not know. */
  readonly places: readonly Place[];
  /** All versions that A has, and that B has: each in dpkg's order. */
  readonly from: readonly JsonText[];
  readonly to: readonly JsonText[];
}

export interface SourceNewsJson {
  readonly source: JsonText;
  /** `gained`: uploads that B has and A has not; `lost`: the other way round, by a downgrade. */
  readonly direction: "gained" | "lost";
  /** Versions of the source package: the entries are above `above`, up to and with `upTo`. */
  readonly ranges: readonly { readonly above: JsonText; readonly upTo: JsonText }[];
  readonly security: boolean;
  readonly cves: readonly string[];
  /** The recorded text ends before `above`: older entries may be missing. */
  readonly cut: boolean;
  /** Newest first. */
  readonly entries: readonly EntryJson[];
}

export interface EntryJson {
  readonly version: JsonText;
  readonly distributions: readonly string[];
  readonly urgency: string | null;
  /** Uploaded to a security archive. */
  readonly security: boolean;
  readonly cves: readonly string[];
  /** Numbers of Debian bugs, in the order of the text. */
  readonly closes: readonly string[];
  readonly maintainer: JsonText | null;
  /** As it stands there. */
  readonly date: JsonText | null;
  readonly text: JsonText;
}

/** The JSON as text. It can be shown on a terminal: what may command one, or reorder text there, is escaped. */
export function printChangelogJson(comparison: Comparison): string {
  const text = JSON.stringify(changelogJson(comparison), null, 2);
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${text.replace(/[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped)}\n`;
}

export function changelogJson(comparison: Comparison): ChangelogJson {
  const { a, b, complete, causes, origins, changes, unchanged, news } = comparison;
  const counts = Object.fromEntries(
    changeKinds.map((kind) => [kind, changes.filter((each) => each.kind === kind).length]),
  ) as Record<ChangeKind, number>;
  return {
    version: changelogVersion,
    complete,
    causes,
    a: sideJson(a),
    b: sideJson(b),
    origins: origins.map(({ archive, kind, from, to }) => ({
      archive: jsonText(archive),
      change: kind,
      from: from === null ? null : { uri: nullable(from.uri), reference: jsonText(from.reference) },
      to: to === null ? null : { uri: nullable(to.uri), reference: jsonText(to.reference) },
    })),
    counts: { ...counts, unchanged },
    changes: groupsOf(changes).map(({ kind, origin, source, packages }) => ({
      kind,
      origin: nullable(origin),
      source: nullable(source),
      packages: packages.map(packageJson),
    })),
    changelogs: {
      notRecorded: news.notRecorded,
      sources: news.sources.map(sourceJson),
      missing: news.missing.map((each) => ({ package: jsonText(each.package), because: each.because })),
    },
  };
}

function sideJson(side: Side): SideJson {
  const { name, kind, build, complete, causes } = side;
  return { name, kind, build, complete, causes, packages: countOf(side) };
}

function packageJson(change: PackageChange): PackageJson {
  return {
    type: change.type,
    name: jsonText(change.name),
    architecture: nullable(change.architecture),
    fromArchitecture: nullable(change.fromArchitecture),
    places: change.places,
    from: versions(change.from).map(jsonText),
    to: versions(change.to).map(jsonText),
  };
}

function sourceJson({
  source,
  direction,
  ranges,
  isSecurity,
  cves,
  isCut,
  entries,
}: SourceNews): SourceNewsJson {
  return {
    source: jsonText(source),
    direction,
    ranges: ranges.map(({ above, upTo }) => ({ above: jsonText(above), upTo: jsonText(upTo) })),
    security: isSecurity,
    cves,
    cut: isCut,
    entries: entries.map(entryJson),
  };
}

function entryJson(entry: EntryNews): EntryJson {
  return {
    version: jsonText(entry.version),
    distributions: entry.distributions,
    urgency: entry.urgency || null,
    security: entry.isSecurity,
    cves: entry.cves,
    closes: entry.closes,
    maintainer: nullable(entry.maintainer),
    date: nullable(entry.date),
    text: jsonText(entry.changes.join("\n")),
  };
}

function nullable(text: string | null): JsonText | null {
  return text === null || text === "" ? null : jsonText(text);
}
