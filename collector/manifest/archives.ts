import type { ReleaseEvent } from "../../proto/events.ts";
import { byteOrder, type OriginReference, UNKNOWN_REFERENCE } from "./build-manifest.ts";
import type { UsedPackage } from "./used-packages.ts";

/** An archive that packages came from: one directory with `dists/` and `pool/`. */
export interface Archive {
  /** Without the snapshot: `http://deb.debian.org/debian`. */
  readonly uri: string;
  /** Unique in the build: `debian`, `debian-security`. */
  readonly name: string;
  /** The snapshot's serial or time, or when its index was made, or `unknown`. */
  readonly reference: string;
}

/**
 * The archives of a build, and their state, in byte order of their names.
 *
 * The reference is the serial in a URL like `http://HOST/debian/2024010102/`, else the time in one of
 * snapshot.debian.org (`/archive/debian/20240101T000000Z/`), else the newest `Date` of the archive's releases.
 */
export function archivesOf(packages: readonly UsedPackage[], releases: readonly ReleaseEvent[]): Archive[] {
  const found = new Map<string, { uri: string; name: string; references: Set<string>; dates: number[] }>();
  const note = (uri: string, date: string) => {
    const parts = splitArchive(uri);
    if (parts === undefined) return;
    const key = parts.uri.replace(/^[a-z+.-]+:\/\//i, "");
    let archive = found.get(key);
    if (archive === undefined) {
      archive = { uri: parts.uri, name: parts.name, references: new Set(), dates: [] };
      found.set(key, archive);
    }
    if (parts.serial !== "") archive.references.add(parts.serial);
    const time = Date.parse(date);
    if (date !== "" && !Number.isNaN(time)) archive.dates.push(time);
  };
  for (const { uri, origins } of packages) {
    for (const origin of origins) note(origin.uri, "");
    if (uri !== "") note(uri.replace(/\/pool\/.*$/, ""), "");
  }
  for (const { uri, date } of releases) if (found.has(keyOf(uri))) note(uri, date);
  const names = new Map<string, number>();
  return [...found.values()]
    .sort((a, b) => byteOrder(a.uri, b.uri))
    .map(({ uri, name, references, dates }) => {
      const count = (names.get(name) ?? 0) + 1;
      names.set(name, count);
      return {
        uri,
        name: count === 1 ? name : `${name}-${count}`,
        reference: referenceOf(references, dates),
      };
    })
    .sort((a, b) => byteOrder(a.name, b.name));
}

export function originReferences(archives: readonly Archive[]): OriginReference[] {
  return archives.map(({ name, reference }) => ({ archive: name, reference }));
}

function referenceOf(references: ReadonlySet<string>, dates: readonly number[]): string {
  const [serial] = [...references].sort(byteOrder).reverse();
  if (serial !== undefined) return serial;
  if (dates.length === 0) return UNKNOWN_REFERENCE;
  return new Date(dates.reduce((a, b) => Math.max(a, b))).toISOString().replace(/[-:]|\.\d+/g, "");
}

interface Parts {
  readonly uri: string;
  readonly name: string;
  readonly serial: string;
}

/** The archive of a URI as sources.list(5) has it; undefined for one that is on this machine or cannot be read. */
function splitArchive(text: string): Parts | undefined {
  const uri = /^[a-z][a-z0-9+.-]*:\/\/[^\s/]+(\/[!-~]*)?$/i.exec(text)?.[0]?.replace(/\/+$/, "");
  if (uri === undefined) return undefined;
  const serial = /\/(\d{10}|\d{8}T\d{6}Z)$/.exec(uri)?.[1] ?? "";
  const archive = serial === "" ? uri : uri.slice(0, -serial.length - 1);
  const path = archive.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]+\/?/i, "");
  const last = path.slice(path.lastIndexOf("/") + 1);
  const host = archive.slice(archive.indexOf("://") + 3).split("/")[0]!;
  const name = last === "" ? host : last;
  return { uri: archive, serial, name: name.replace(/^\.+/, "").slice(0, 100) || "archive" };
}

function keyOf(uri: string): string {
  return (splitArchive(uri)?.uri ?? "").replace(/^[a-z+.-]+:\/\//i, "");
}
