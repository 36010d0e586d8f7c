import type { Origin } from "../../../proto/events.ts";
import { type Archive, archiveAt } from "../archives.ts";
import { byteOrder } from "../build-manifest.ts";
import type { ArchiveRelease } from "../origins/releases.ts";

/** The distribution that an image is of, as scanners name it by os-release(5). */
export interface Distribution {
  /** `debian`. */
  readonly id: string;
  /** `12`; the codename if it has no version; empty if neither is known. */
  readonly version: string;
  /** Its Release's Origin: `Debian`. */
  readonly name: string;
}

const debian = { id: "debian", name: "Debian" } as const;

/** A package, as far as it tells where it comes from. */
export interface Fetched {
  readonly name: string;
  readonly version: string;
  readonly uri: string;
  readonly origins: readonly Origin[];
}

/** The distribution that most of the packages come from; if no Release says it, Debian. */
export function distributionOf(packages: readonly Fetched[], archives: readonly Archive[]): Distribution {
  const counts = new Map<string, number>();
  const found = new Map<string, Distribution>();
  for (const each of packages) {
    const release = releaseOf(each, archives);
    if (release === undefined || release.origin === "") continue;
    const id = vendorId(release.origin);
    const distribution = { id, version: versionOf(id, release), name: release.origin };
    const key = `${id} ${distribution.version}`;
    found.set(key, distribution);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || byteOrder(a, b));
  return most === undefined ? { ...debian, version: baseFiles(packages) } : found.get(most[0])!;
}

/** `debian-12`: as scanners write it in purls; empty if the version is not known. */
export function distroOf({ id, version }: Distribution): string {
  return version === "" ? "" : `${id}-${version}`;
}

/** The Release of the archive, and of the suite in it, that a package was fetched from or could have been. */
export function releaseOf(
  { uri, origins }: Fetched,
  archives: readonly Archive[],
): ArchiveRelease | undefined {
  const archive =
    archiveAt(archives, uri) ??
    origins.map((origin) => archiveAt(archives, origin.uri)).find((found) => found);
  const suites = new Set(origins.map(({ suite }) => suite));
  return archive?.releases.findLast(({ suite }) => suites.has(suite)) ?? archive?.releases.at(-1);
}

/** The name space of a vendor in purls: its Release's Origin in small letters; Debian's backports are Debian's. */
export function vendorId(origin: string): string {
  const id = origin.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
  return id === "debian-backports" ? debian.id : id;
}

/** Debian's os-release has the major version only; others, all of it. */
function versionOf(id: string, { version, codename }: ArchiveRelease): string {
  if (version === "") return codename;
  return id === debian.id ? version.split(".")[0]! : version;
}

/** Debian numbers its base-files by its release: 12.4+deb12u5 is of Debian 12. */
function baseFiles(packages: readonly Fetched[]): string {
  const version = packages.find(({ name }) => name === "base-files")?.version ?? "";
  return /^(\d+)(?:\.\d+)?(?:\+deb\d+u\d+)?$/.exec(version)?.[1] ?? "";
}
