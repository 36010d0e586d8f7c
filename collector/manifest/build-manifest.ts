/**
 * The build-manifest as Tails defines it: every package used in a build and the state of each archive it came
 * from. All strings are byte strings (one character per byte), in which comparing characters compares bytes.
 */
export type BuildManifest = {
  readonly originReferences: readonly OriginReference[];
  readonly packages: {
    readonly binary: readonly BinaryPackage[];
    readonly source: readonly SourcePackage[];
  };
};

/** The state of one archive: its snapshot's serial or time, or `unknown`. */
export type OriginReference = { readonly archive: string; readonly reference: string };

export type BinaryPackage = { readonly arch: string; readonly package: string; readonly version: string };

export type SourcePackage = { readonly package: string; readonly version: string };

/** What a reference is when it could not be resolved. */
export const UNKNOWN_REFERENCE = "unknown";

/**
 * The same manifest, sorted and without repetitions as Tails' aggregator does it: packages by the bytes of
 * `package_version_arch` (so `zlib1g-dev` comes before `zlib1g`: `-` is less than `_`), archives by their names.
 * Of several references of one archive the first stays.
 */
export function normalize(manifest: BuildManifest): BuildManifest {
  return {
    originReferences: sortUnique(manifest.originReferences, (origin) => origin.archive),
    packages: {
      binary: sortUnique(manifest.packages.binary, binaryKey),
      source: sortUnique(manifest.packages.source, sourceKey),
    },
  };
}

export function binaryKey(entry: BinaryPackage): string {
  return `${entry.package}_${entry.version}_${entry.arch}`;
}

export function sourceKey(entry: SourcePackage): string {
  return `${entry.package}_${entry.version}_source`;
}

/** Sorted by `key` in byte order; of entries with one key the first. */
export function sortUnique<T>(entries: Iterable<T>, key: (entry: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const entry of entries) {
    const name = key(entry);
    if (!byKey.has(name)) byKey.set(name, entry);
  }
  return [...byKey.entries()].sort(([a], [b]) => byteOrder(a, b)).map(([, entry]) => entry);
}

/** The order of `LC_ALL=C sort`, for byte strings. */
export function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
