import { type BuildManifest, binaryKey, sourceKey } from "../../manifest/build-manifest.ts";
import type { SourceVersion } from "../archive/package.ts";
import { SnapshotError } from "../error.ts";
import type { Snapshot, State } from "../state.ts";

/** What a tag must hold, and the snapshots to find it in. */
export interface Wanted {
  readonly binaries: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
  readonly snapshots: readonly Snapshot[];
}

export function keyOfSource({ name, version }: SourceVersion): string {
  return sourceKey({ package: name, version });
}

/**
 * What a build-manifest lists, and the snapshots that its references name. Archives that the manifest does not name are
 * in the tag too, without packages, as an image's sources may ask for them: of the same serial, else of the latest.
 *
 * @param given serials to take instead of the manifest's references, by archive.
 * @throws SnapshotError naming every archive or snapshot that there is not.
 */
export function wantedBy(manifest: BuildManifest, state: State, given: ReadonlyMap<string, string>): Wanted {
  const references = new Map(manifest.originReferences.map(({ archive, reference }) => [archive, reference]));
  for (const [archive, serial] of given) references.set(archive, serial);
  const missing: string[] = [];
  const snapshots: Snapshot[] = [];
  for (const [archive, serial] of references) {
    const found = state.snapshots.find((each) => each.archive === archive && each.serial === serial);
    if (found === undefined) missing.push(`${archive} ${serial}`);
    else snapshots.push(found);
  }
  if (missing.length > 0) {
    throw new SnapshotError({
      subject: "the manifest",
      rule: `must name snapshots that are here, but these are not: ${missing.join(", ")}`,
      remedy: 'see "isotrace snapshot list"; give another snapshot of an archive with --at ARCHIVE=SERIAL',
    });
  }
  for (const archive of new Set(state.snapshots.map((each) => each.archive))) {
    if (references.has(archive)) continue;
    const own = state.snapshots.filter((each) => each.archive === archive);
    snapshots.push(own.find(({ serial }) => [...references.values()].includes(serial)) ?? own.at(-1)!);
  }
  return {
    binaries: new Set(manifest.packages.binary.map(binaryKey)),
    sources: new Set(manifest.packages.source.map(sourceKey)),
    snapshots: snapshots.sort((a, b) => (a.archive < b.archive ? -1 : 1)),
  };
}
