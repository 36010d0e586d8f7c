import type { Archive } from "../archives.ts";
import { type ArchiveRelease, timeOf } from "./releases.ts";

/** A suite of an archive that one build saw in several states, or an archive of which it used several snapshots. */
export interface ChangedArchive {
  /** The archive's name. */
  readonly archive: string;
  readonly uri: string;
  /** Empty if it is the archive's snapshots that differ. */
  readonly suite: string;
  /** What it was, in the order in which the build saw them: references, or dates and digests of Release files. */
  readonly states: readonly ArchiveState[];
}

export type ArchiveState =
  | { readonly kind: "snapshot"; readonly reference: string }
  | { readonly kind: "release"; readonly date: string; readonly sha256: string };

/**
 * The archives that a build saw in more than one state: what it took from them depends on when it asked. Two
 * `apt-get update` of which the second found another Release file; or two snapshots, each by its URL.
 */
export function changedArchives(archives: readonly Archive[]): ChangedArchive[] {
  return archives.flatMap((archive) => [...severalSnapshots(archive), ...changedReleases(archive)]);
}

function severalSnapshots({ name, uri, references }: Archive): ChangedArchive[] {
  if (references.length < 2) return [];
  const states = references.map((reference) => ({ kind: "snapshot" as const, reference }));
  return [{ archive: name, uri, suite: "", states }];
}

function changedReleases({ name, releases }: Archive): ChangedArchive[] {
  const suites = new Map<string, ArchiveRelease[]>();
  for (const release of releases) {
    const key = `${release.uri}\0${release.suite}`;
    const list = suites.get(key);
    if (list === undefined) suites.set(key, [release]);
    else list.push(release);
  }
  return [...suites.values()].flatMap((seen) => {
    const states = distinct(seen);
    if (states.length < 2) return [];
    const { uri, suite } = seen[0]!;
    return [
      {
        archive: name,
        uri,
        suite,
        states: states.map(({ date, sha256 }) => ({ kind: "release" as const, date, sha256 })),
      },
    ];
  });
}

/** One state can have two files: InRelease, and a Release without signature, which are of one date. */
function distinct(releases: readonly ArchiveRelease[]): ArchiveRelease[] {
  const states: ArchiveRelease[] = [];
  for (const each of releases) {
    const isKnown = states.some(
      (other) => timeOf(other) === timeOf(each) && (other.file !== each.file || other.sha256 === each.sha256),
    );
    if (!isKnown) states.push(each);
  }
  return states;
}
