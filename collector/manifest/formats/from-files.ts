import { type BuildManifest, byteOrder, normalize } from "../build-manifest.ts";
import { resolveOrigin } from "../origins/rules.ts";
import type { Triplet } from "../triplets.ts";
import { newestDate } from "./date.ts";
import { type Distribution, distributionOf, distroOf, vendorId } from "./distribution.ts";
import { type ExtraPackages, withExtraPackages } from "./extra-packages.ts";
import type { Listed, Manifest } from "./manifest.ts";
import { debPurl } from "./purl.ts";

/**
 * What a build-manifest tells: names, versions and architectures. Whose the packages are is known only if there are
 * the lists of triplets that it was made from.
 */
export function manifestOfFiles(
  given: BuildManifest,
  extra: ExtraPackages,
  triplets: readonly Triplet[] = [],
): Manifest {
  const tails = normalize(withExtraPackages(given, extra));
  const uris = new Map(triplets.map((each) => [keyOf(each), each.uri]));
  const { binary, source } = tails.packages;
  const all = [
    ...binary.map((each) => ({ ...each, isSource: false })),
    ...source.map((each) => ({ ...each, arch: "source", isSource: true })),
  ];
  const distribution = distributionOf(
    all.map(({ package: name, version }) => ({ name, version, uri: "", origins: [] })),
    [],
  );
  return {
    tails,
    packages: all
      .map(({ package: name, version, arch: architecture, isSource }) => {
        const uri = uris.get(keyOf({ isSource, name, version, architecture })) ?? "";
        return listed({ isSource, name, version, architecture, uri }, distribution);
      })
      .sort((a, b) => byteOrder(orderOf(a), orderOf(b))),
    archives: tails.originReferences.map(({ archive, reference }) => ({ name: archive, uri: "", reference })),
    distribution,
    date: newestDate([], tails.originReferences),
    material: undefined,
  };
}

type Named = Pick<Listed, "isSource" | "name" | "version" | "architecture" | "uri">;

function listed(each: Named, distribution: Distribution): Listed {
  const archive = each.uri === "" ? undefined : resolveOrigin(each.uri.replace(/\/pool\/.*$/, ""), []);
  const { id, name } = distribution;
  const isOwn = archive === undefined || archive.name === id || archive.name.startsWith(`${id}-`);
  const vendor = isOwn ? id : vendorId(archive.name);
  const repository = isOwn ? "" : archive.uri;
  return {
    ...each,
    purl: debPurl({ ...each, vendor, distro: distroOf(distribution), repository }),
    vendor: isOwn ? name : "",
    sha256: "",
    source: "",
    sourceVersion: "",
    sourcePurl: "",
    origins: [],
    where: [],
    stages: [],
    dependsOn: undefined,
  };
}

function keyOf({ isSource, name, version, architecture }: Omit<Named, "uri">): string {
  return [isSource, name, version, architecture].join(" ");
}

function orderOf({ isSource, name, version, architecture }: Named): string {
  return [isSource ? "source" : "binary", name, version, architecture].join("\0");
}
