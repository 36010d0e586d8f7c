import { readFileSync } from "node:fs";
import { join } from "node:path";
import { binaryKey, sourceKey } from "../../../../collector/manifest/build-manifest.ts";
import { parseTails } from "../../../../collector/manifest/tails.ts";
import { sourceOf } from "../../../../collector/snapshot/archive/package.ts";
import { readStanzas } from "../../../../collector/snapshot/archive/stanzas.ts";
import { filesBelow } from "../../../../collector/snapshot/files/below.ts";

/**
 * Holds the indices of a tag's archives against the manifest that it was made from.
 * @param lacking names of sources that upstream did not have.
 * @returns a line for each package that is in one and should not be, or is not and should be.
 */
export function taggedFaults(
  tag: string,
  lacking: ReadonlySet<string>,
): { binaries: number; faults: string[] } {
  const file = join(tag, "build-manifest");
  const { packages } = parseTails(readFileSync(file), file);
  const indices = filesBelow(tag);
  const stanzas = (name: string) =>
    indices.filter((path) => path.endsWith(`/${name}`)).flatMap((path) => readStanzas(join(tag, path)));
  const binaries = stanzas("Packages.gz");
  const found = binaries.map((each) =>
    binaryKey({
      package: each.field("Package"),
      version: each.field("Version"),
      arch: each.field("Architecture"),
    }),
  );
  const foundSources = stanzas("Sources.gz").map((each) =>
    sourceKey({ package: each.field("Package"), version: each.field("Version") }),
  );
  const implied = binaries.map(sourceOf);
  const sources = [
    ...packages.source.map(sourceKey),
    ...implied.map(({ name, version }) => sourceKey({ package: name, version })),
  ];
  const mayMiss = new Set(
    implied
      .filter(({ name }) => lacking.has(name))
      .map(({ name, version }) => sourceKey({ package: name, version })),
  );
  return {
    binaries: new Set(found).size,
    faults: [
      ...differences(found, packages.binary.map(binaryKey)),
      ...differences(foundSources, sources, mayMiss),
    ],
  };
}

function differences(
  found: readonly string[],
  wanted: readonly string[],
  mayMiss: ReadonlySet<string> = new Set(),
): string[] {
  const [there, needed] = [new Set(found), new Set(wanted)];
  return [
    ...[...there]
      .filter((key) => !needed.has(key))
      .map((key) => `${key}: in the archive, not in the manifest`),
    ...[...needed]
      .filter((key) => !there.has(key) && !mayMiss.has(key))
      .map((key) => `${key}: in the manifest, not in the archive`),
  ];
}
