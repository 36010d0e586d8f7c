import { type BuildManifest, byteOrder, type OriginReference } from "./build-manifest.ts";
import { ManifestError } from "./error.ts";
import { ARCH, checked, PACKAGE, VERSION } from "./fields.ts";
import { Lines } from "./lines.ts";
import type { UsedPackage } from "./used-packages.ts";

export const tripletLists = ["deburis", "binuris", "srcuris"] as const;
export type TripletList = (typeof tripletLists)[number];

/** A line of one of the lists. */
export interface Triplet {
  readonly isSource: boolean;
  readonly name: string;
  readonly version: string;
  /** `source` for a source package. */
  readonly architecture: string;
  readonly uri: string;
}

/**
 * The lines `package version uri` of one of Tails' three lists, in byte order, each once: what debootstrap
 * fetched, binary packages that came through apt, and source packages. A package whose URI is not known has no line.
 */
export function printTriplets(packages: readonly UsedPackage[], list: TripletList): string {
  const bootstrapped = new Set(packages.filter(({ actions }) => actions.includes("bootstrap")).map(keyOf));
  const lines = packages
    .filter((each) => each.uri !== "" && listsOf(each, bootstrapped).includes(list))
    .map(({ name, version, uri }) => `${name} ${version} ${uri}`)
    .filter((line) => /^[!-~]+ [!-~]+ [!-~]+$/.test(line));
  return [...new Set(lines)]
    .sort(byteOrder)
    .map((line) => `${line}\n`)
    .join("");
}

/**
 * Reads one of the lists. As Tails' aggregator does it, the architecture of a binary package is what its URI has
 * between the last `_` and `.deb`; the name and the version are those of the line, for the URI's may have `%3a`.
 *
 * @param file what errors call it.
 * @throws ManifestError naming the line that is no triplet.
 */
export function parseTriplets(bytes: Uint8Array, list: TripletList, file: string): Triplet[] {
  const triplets: Triplet[] = [];
  const isSource = list === "srcuris";
  for (const lines = new Lines(bytes, file); ; lines.advance()) {
    const line = lines.peek();
    if (line === null) return triplets;
    const [, name, version, uri] = /^([!-~]+) ([!-~]+) ([!-~]+)$/.exec(line) ?? [];
    if (uri === undefined) throw refusal(lines.place, "must be three words: package version uri", line);
    const architecture = isSource ? "source" : /_([^_]+)\.deb$/.exec(uri)?.[1];
    if (architecture === undefined) throw refusal(lines.place, "the URI must end with _ARCH.deb", uri);
    triplets.push({
      isSource,
      name: checked(PACKAGE, name!, lines.place, REMEDY),
      version: checked(VERSION, version!, lines.place, REMEDY),
      architecture: checked(ARCH, architecture, lines.place, REMEDY),
      uri,
    });
  }
}

const REMEDY = "give a list as debootstrap and Tails' apt-get wrapper write it";

function refusal(subject: string, rule: string, value: string): ManifestError {
  return new ManifestError({ subject, rule, value, remedy: REMEDY });
}

/** The build-manifest that Tails' aggregator makes of the lists. */
export function manifestOfTriplets(
  triplets: readonly Triplet[],
  originReferences: readonly OriginReference[],
): BuildManifest {
  const named = ({ name, version }: Triplet) => ({ package: name, version });
  return {
    originReferences,
    packages: {
      binary: triplets
        .filter(({ isSource }) => !isSource)
        .map((each) => ({ ...named(each), arch: each.architecture })),
      source: triplets.filter(({ isSource }) => isSource).map(named),
    },
  };
}

// debootstrap's packages are logged by dpkg, too: they came through apt only if apt downloaded them.
function listsOf(each: UsedPackage, bootstrapped: ReadonlySet<string>): TripletList[] {
  if (each.isSource) return ["srcuris"];
  if (!bootstrapped.has(keyOf(each))) return ["binuris"];
  return each.actions.includes("download") ? ["deburis", "binuris"] : ["deburis"];
}

function keyOf({ name, version }: UsedPackage): string {
  return `${name} ${version}`;
}
