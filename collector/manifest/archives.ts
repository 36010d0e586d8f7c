import type { Build } from "../model/build.ts";
import { byteOrder, type OriginReference, UNKNOWN_REFERENCE } from "./build-manifest.ts";
import { Configured } from "./configured.ts";
import { type ArchiveRelease, releasesByUri, timeOf } from "./origins/releases.ts";
import { type OriginRule, plainUri, type Resolved, resolveOrigin } from "./origins/rules.ts";
import { type OriginSettings, originSettings } from "./origins/settings.ts";
import type { UsedPackage } from "./used-packages.ts";

/** From where a reference was learnt. `release`: when the index was made; one that is unknown comes from nowhere. */
export type ReferenceFrom = "url" | "serial file" | "sources" | "release" | "nowhere";

/** An archive that packages came from: one directory with `dists/` and `pool/`. */
export interface Archive {
  /** Without the snapshot: `http://deb.debian.org/debian`. */
  readonly uri: string;
  /** As the build had them, with the snapshot; in byte order. */
  readonly uris: readonly string[];
  /** Unique in the build: `debian`, `debian-security`. */
  readonly name: string;
  /** The snapshot's serial or time, or when its index was made (YYYYMMDDTHHMMSSZ), or `unknown`. */
  readonly reference: string;
  readonly referenceFrom: ReferenceFrom;
  /** All that its URIs told, in byte order: more than one if the build used several states by their names. */
  readonly references: readonly string[];
  /** Every state of every suite that the build saw: by suite, then in the order in which they were seen. */
  readonly releases: readonly ArchiveRelease[];
}

/**
 * The archives of a build, and their state, in byte order of their names. All that any of the packages stood in
 * count, whether it was fetched from there or not. No service is asked.
 *
 * The reference is what the archive's URI tells by the rules (`origins/rules.ts`), else the serial in
 * `config/APT_snapshots.d`, else apt's `[snapshot=ID]`, else the newest `Date` of the archive's releases.
 *
 * @param settings rules and serials of the build's own, as recorded; `isotrace manifest --origins` adds others.
 */
export function archivesOf(
  build: Build,
  packages: readonly UsedPackage[],
  settings: OriginSettings = originSettings(new Configured(build)),
): Archive[] {
  const found = new Map<string, Found>();
  for (const uri of urisOf(packages)) add(found, uri, settings.rules);
  for (const { uri } of build.releases) {
    const resolved = resolveOrigin(uri, settings.rules);
    const archive = resolved === undefined ? undefined : found.get(keyOf(resolved));
    // Another state of it, of which no package came.
    if (archive !== undefined) add(found, uri, settings.rules);
  }
  const releases = releasesByUri(build);
  const names = new Set<string>();
  return [...found.values()]
    .sort((a, b) => byteOrder(a.uri, b.uri))
    .map((each) => archiveOf(releases, each, unique(each.name, names), settings))
    .sort((a, b) => byteOrder(a.name, b.name));
}

export function originReferences(archives: readonly Archive[]): OriginReference[] {
  return archives.map(({ name, reference }) => ({ archive: name, reference }));
}

/** The archive that a URI is of, or that of a package in it. */
export function archiveAt(archives: readonly Archive[], uri: string): Archive | undefined {
  let at = plainUri(uri);
  const byUri = indexOf(archives);
  while (at !== undefined && at !== "") {
    const found = byUri.get(at);
    if (found !== undefined) return found;
    at = at.slice(0, Math.max(at.lastIndexOf("/"), 0));
  }
  return undefined;
}

const indexes = new WeakMap<readonly Archive[], Map<string, Archive>>();

function indexOf(archives: readonly Archive[]): Map<string, Archive> {
  let index = indexes.get(archives);
  if (index === undefined) {
    index = new Map(archives.flatMap((archive) => archive.uris.map((uri) => [uri, archive] as const)));
    indexes.set(archives, index);
  }
  return index;
}

interface Found {
  readonly uri: string;
  readonly name: string;
  readonly uris: Set<string>;
  readonly references: Set<string>;
}

/** The archives' URIs; of a package in no list, what its own tells. A flat repository on this machine is no archive. */
function urisOf(packages: readonly UsedPackage[]): Set<string> {
  const uris = new Set<string>();
  for (const { uri, origins } of packages) {
    for (const { uri, suite } of origins) if (!/^file:/i.test(uri) || !suite.endsWith("/")) uris.add(uri);
    if (origins.length === 0 && uri.includes("/pool/")) uris.add(uri.replace(/\/pool\/.*$/, ""));
  }
  return uris;
}

function add(found: Map<string, Found>, uri: string, rules: readonly OriginRule[]): void {
  const resolved = resolveOrigin(uri, rules);
  if (resolved === undefined) return;
  const key = keyOf(resolved);
  let archive = found.get(key);
  if (archive === undefined) {
    archive = { uri: resolved.uri, name: resolved.name, uris: new Set(), references: new Set() };
    found.set(key, archive);
  }
  archive.uris.add(resolved.whole);
  if (resolved.reference !== "") archive.references.add(resolved.reference);
}

function unique(name: string, taken: Set<string>): string {
  let unique = name;
  for (let count = 2; taken.has(unique); count++) unique = `${name}-${count}`;
  taken.add(unique);
  return unique;
}

/** One archive whichever scheme it is reached by; and whichever URL, if the build's own rules give one name to both. */
function keyOf({ uri, name, isNameConfigured }: Resolved): string {
  return isNameConfigured ? `name ${name}` : uri.replace(/^[a-z+.-]+:\/\//i, "");
}

function archiveOf(
  released: ReadonlyMap<string, readonly ArchiveRelease[]>,
  { uri, ...found }: Found,
  name: string,
  settings: OriginSettings,
): Archive {
  const uris = [...found.uris].sort(byteOrder);
  const references = [...found.references].sort(byteOrder);
  const releases = uris
    .flatMap((each) => released.get(each) ?? [])
    .sort((a, b) => byteOrder(a.suite, b.suite) || byteOrder(a.uri, b.uri));
  const [reference, referenceFrom] = referenceOf(found.name, uris, references, releases, settings);
  return { uri, uris, name, reference, referenceFrom, references, releases };
}

function referenceOf(
  name: string,
  uris: readonly string[],
  references: readonly string[],
  releases: readonly ArchiveRelease[],
  { serials, snapshots }: OriginSettings,
): [string, ReferenceFrom] {
  const inUrl = references.at(-1);
  if (inUrl !== undefined) return [inUrl, "url"];
  const serial = serials.get(name);
  if (serial !== undefined) return [serial, "serial file"];
  const snapshot = uris.map((uri) => snapshots.get(uri)).findLast((id) => id !== undefined);
  if (snapshot !== undefined) return [snapshot, "sources"];
  const newest = releases.reduce((latest, each) => Math.max(latest, timeOf(each)), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(newest)) return [UNKNOWN_REFERENCE, "nowhere"];
  return [new Date(newest).toISOString().replace(/[-:]|\.\d+/g, ""), "release"];
}
