import type { BuildManifest } from "../manifest/build-manifest.ts";

/** One of the two that are compared: a build, or a bare build-manifest file. All strings are byte strings. */
export interface Side {
  readonly kind: "build" | "manifest";
  /** As the caller gave it. */
  readonly name: string;
  /** The build's id; null for a file. */
  readonly build: string | null;
  /** Null for a file, which does not know. */
  readonly complete: boolean | null;
  readonly causes: readonly string[];
  readonly origins: readonly SideOrigin[];
  readonly packages: readonly SidePackage[];
  readonly changelogs: readonly RecordedChangelog[];
}

export interface SideOrigin {
  readonly archive: string;
  readonly uri: string | null;
  readonly reference: string;
}

/** In the image, or only used while it was built. */
export const places = ["image", "build"] as const;
export type Place = (typeof places)[number];

/** A package of one version. */
export interface SidePackage {
  readonly type: "binary" | "source";
  readonly name: string;
  readonly version: string;
  /** `source` for a source package; empty if it is not known. */
  readonly architecture: string;
  /** Null where it is not known: a build-manifest file has none of these. */
  readonly source: string | null;
  readonly sourceVersion: string | null;
  /** The name of the archive that it was fetched from. */
  readonly origin: string | null;
  readonly place: Place | null;
}

/** The newest entries of the changelog of a binary package. */
export interface RecordedChangelog {
  readonly package: string;
  readonly version: string;
  readonly text: string;
  /** Older entries were left out. */
  readonly isCut: boolean;
}

export function sideOfManifest(name: string, { originReferences, packages }: BuildManifest): Side {
  const unknown = { origin: null, place: null };
  return {
    kind: "manifest",
    name,
    build: null,
    complete: null,
    causes: [],
    origins: originReferences.map((each) => ({ ...each, uri: null })),
    packages: [
      ...packages.binary.map(({ package: name, version, arch }) => ({
        ...{ type: "binary" as const, name, version, architecture: arch },
        ...{ source: null, sourceVersion: null, ...unknown },
      })),
      ...packages.source.map(({ package: name, version }) => ({
        ...{ type: "source" as const, name, version, architecture: "source" },
        ...{ source: name, sourceVersion: version, ...unknown },
      })),
    ],
    changelogs: [],
  };
}

/** How many packages a side has, each version of each once. */
export function countOf({ packages }: Side): number {
  return new Set(
    packages.map(({ type, name, version, architecture }) => [type, name, version, architecture].join("\0")),
  ).size;
}
