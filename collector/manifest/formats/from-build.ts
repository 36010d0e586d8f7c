import type { Material } from "../../report/report.ts";
import { type Archive, archiveAt } from "../archives.ts";
import { byteOrder } from "../build-manifest.ts";
import { manifestOf } from "../from-packages.ts";
import { places, type UsedPackage } from "../used-packages.ts";
import { newestDate } from "./date.ts";
import { withDependencies } from "./dependencies.ts";
import {
  type Distribution,
  distributionOf,
  distroOf,
  type Fetched,
  releaseOf,
  vendorId,
} from "./distribution.ts";
import { type ExtraPackages, withExtraPackages } from "./extra-packages.ts";
import type { Listed, Manifest } from "./manifest.ts";
import { debPurl } from "./purl.ts";

/** What a build used, for every format. */
export function manifestOfBuild(material: Material, extra: ExtraPackages): Manifest {
  const { archives } = material;
  // A package without a name is in no format: the Tails format refuses it, and that is said.
  const used = material.packages.map(wellFormed).filter(({ name }) => name !== "");
  const distribution = distributionOf(used, archives);
  const packages = mergeSystems(used).map((group) => listed(group, archives, distribution));
  return {
    tails: withExtraPackages(manifestOf(material.packages, archives).manifest, extra),
    packages: withDependencies(packages, material.build.packages),
    archives,
    distribution,
    date: newestDate(new Set(used.map((each) => releaseOf(each, archives)?.date ?? "")), archives),
    material,
  };
}

/** Text of a recording can have half a surrogate pair, which no URL can hold. */
function wellFormed(each: UsedPackage): UsedPackage {
  const { name, version, architecture, uri } = each;
  return {
    ...each,
    name: name.toWellFormed(),
    version: version.toWellFormed(),
    architecture: architecture.toWellFormed(),
    uri: uri.toWellFormed(),
  };
}

/** Each package with all systems that it was used in. */
function mergeSystems(packages: readonly UsedPackage[]): UsedPackage[][] {
  const merged = new Map<string, UsedPackage[]>();
  for (const each of packages) {
    const { isSource, name, version, architecture } = each;
    const key = [isSource ? "source" : "binary", name, version, architecture].join("\0");
    const known = merged.get(key);
    if (known === undefined) merged.set(key, [each]);
    else known.push(each);
  }
  return [...merged].sort(([a], [b]) => byteOrder(a, b)).map(([, group]) => group);
}

function listed(
  group: readonly UsedPackage[],
  archives: readonly Archive[],
  distribution: Distribution,
): Listed {
  const { isSource, name, version, architecture } = group[0]!;
  const first = (of: (each: UsedPackage) => string) => group.map(of).find((text) => text !== "") ?? "";
  const uri = first((each) => each.uri);
  const origins = group.find((each) => each.origins.length > 0)?.origins ?? [];
  const { vendor, vendorName } = vendorOf({ name, version, uri, origins }, archives, distribution);
  const repository = vendor === distribution.id ? "" : (archiveAt(archives, uri)?.uri ?? "");
  const distro = distroOf(distribution);
  const source = isSource ? "" : first((each) => each.source).toWellFormed();
  const sourceVersion = isSource ? "" : first((each) => each.sourceVersion).toWellFormed();
  const ofSource = { name: source, version: sourceVersion, architecture: "source" };
  return {
    isSource,
    name,
    version,
    architecture,
    purl: debPurl({ vendor, name, version, architecture, distro, repository }),
    vendor: vendorName,
    uri,
    sha256: first((each) => each.sha256),
    source,
    sourceVersion,
    sourcePurl: source === "" ? "" : debPurl({ vendor, ...ofSource, distro, repository }),
    origins,
    where: places.filter((place) => group.some(({ where }) => where === place)),
    stages: [...new Set(group.flatMap(({ stage }) => stage ?? []))].sort(byteOrder),
    dependsOn: undefined,
  };
}

/** Whose package it is: by its archive's Release; if that does not say, the archive's name must do. */
function vendorOf(
  fetched: Fetched,
  archives: readonly Archive[],
  { id, name }: Distribution,
): { vendor: string; vendorName: string } {
  const origin = releaseOf(fetched, archives)?.origin ?? "";
  if (origin !== "") {
    const vendor = vendorId(origin);
    return { vendor, vendorName: vendor === id ? name : origin };
  }
  const archive = archiveAt(archives, fetched.uri);
  if (archive === undefined) return { vendor: "unknown", vendorName: "" }; // a local file, for example
  const isOwn = archive.name === id || archive.name.startsWith(`${id}-`);
  return isOwn ? { vendor: id, vendorName: name } : { vendor: vendorId(archive.name), vendorName: "" };
}
