import { join } from "node:path";
import { binaryKey } from "../../manifest/build-manifest.ts";
import { binaryFile, type PoolFile, sourceFiles, sourceOf } from "../archive/package.ts";
import { readStanzas, type Stanza } from "../archive/stanzas.ts";
import type { Layout } from "../layout.ts";
import { isKept } from "../publish.ts";
import type { IndexFile, Snapshot, SnapshotSuite } from "../state.ts";
import { keyOfSource, type Wanted } from "./want.ts";

/** What of a snapshot's suite goes into a tag. */
export interface SelectedSuite {
  readonly archive: string;
  readonly suite: SnapshotSuite;
  readonly indices: readonly SelectedIndex[];
}

export interface SelectedIndex {
  /** Relative to the suite, without the compression's extension. */
  readonly path: string;
  readonly stanzas: readonly Stanza[];
  readonly files: readonly PoolFile[];
}

export interface Selection {
  readonly suites: readonly SelectedSuite[];
  readonly binaries: number;
  readonly sources: number;
  /** What is wanted and was in no archive: one line each. */
  readonly missing: readonly string[];
  /** Sources of the binaries that are known not to be there. */
  readonly lacking: readonly string[];
}

/**
 * Finds all that is wanted, in each archive and suite that has it: apt's pins may have chosen between them, and must find
 * the same choice again.
 *
 * @param lacks whether an archive is known not to have a source: it is not asked for then.
 */
export function select(
  layout: Layout,
  wanted: Wanted,
  lacks: (archive: string, source: string) => boolean,
): Selection {
  const suites = wanted.snapshots.flatMap((snapshot) =>
    snapshot.suites.map((suite) => ({ snapshot, suite, indices: suite.files.filter(isKept) })),
  );
  const found = new Set<string>();
  const implied = new Map<string, string>();
  const lacking = new Set<string>();
  const packages = suites.map(({ snapshot, suite, indices }) =>
    indices.filter(isPackages).map((index) => {
      const stanzas = read(layout, snapshot, suite, index).filter((each) => wanted.binaries.has(keyOf(each)));
      for (const each of stanzas) {
        found.add(keyOf(each));
        const source = sourceOf(each);
        if (lacks(snapshot.archive, source.name)) lacking.add(keyOfSource(source));
        else implied.set(keyOfSource(source), keyOf(each));
      }
      return selected(index, stanzas, (each) => [binaryFile(each)]);
    }),
  );
  const foundSources = new Set<string>();
  const sources = suites.map(({ snapshot, suite, indices }) =>
    indices
      .filter((index) => !isPackages(index))
      .map((index) => {
        const stanzas = read(layout, snapshot, suite, index).filter((each) => {
          const key = sourceKeyOf(each);
          return wanted.sources.has(key) || implied.has(key);
        });
        for (const each of stanzas) foundSources.add(sourceKeyOf(each));
        return selected(index, stanzas, sourceFiles);
      }),
  );
  return {
    suites: suites.map(({ snapshot, suite }, i) => ({
      archive: snapshot.archive,
      suite,
      indices: [...packages[i]!, ...sources[i]!],
    })),
    binaries: found.size,
    sources: foundSources.size,
    missing: [
      ...[...wanted.binaries].filter((key) => !found.has(key)).map((key) => `binary ${key}`),
      ...[...wanted.sources].filter((key) => !foundSources.has(key)).map((key) => `source ${key}`),
      ...[...implied]
        .filter(([key]) => !foundSources.has(key) && !wanted.sources.has(key))
        .map(([key, binary]) => `source ${key} of ${binary}`),
    ],
    lacking: [...lacking].filter((key) => !foundSources.has(key)).sort(),
  };
}

function isPackages({ path }: IndexFile): boolean {
  return path.endsWith("/Packages.gz");
}

function read(layout: Layout, snapshot: Snapshot, suite: SnapshotSuite, { path }: IndexFile): Stanza[] {
  return readStanzas(join(layout.snapshot(snapshot.archive, snapshot.serial), "dists", suite.name, path));
}

function selected(
  { path }: IndexFile,
  stanzas: readonly Stanza[],
  filesOf: (stanza: Stanza) => PoolFile[],
): SelectedIndex {
  return { path: path.replace(/\.gz$/, ""), stanzas, files: stanzas.flatMap(filesOf) };
}

function keyOf(stanza: Stanza): string {
  const [name, version, arch] = ["Package", "Version", "Architecture"].map((field) => stanza.field(field));
  return binaryKey({ package: name!, version: version!, arch: arch! });
}

function sourceKeyOf(stanza: Stanza): string {
  return keyOfSource({ name: stanza.field("Package"), version: stanza.field("Version") });
}
