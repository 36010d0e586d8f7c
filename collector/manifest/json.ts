import type { Build } from "../model/build.ts";
import type { Archive } from "./archives.ts";
import type { BuildManifest } from "./build-manifest.ts";
import type { UsedPackage, Where } from "./used-packages.ts";

/** Version of the JSON below: raised when a field changes its meaning or goes. Fields may be added. */
export const manifestVersion = 1;

/** What `isotrace manifest --format json` prints, and `manifest.json` holds. What is not known is null. */
export interface ManifestJson {
  readonly version: number;
  /** null for a manifest that was read from a build-manifest file, which knows less. */
  readonly build: string | null;
  readonly complete: boolean | null;
  readonly causes: readonly string[];
  /** Archives, by name. */
  readonly origins: readonly {
    readonly archive: string;
    readonly uri: string | null;
    readonly reference: string;
  }[];
  readonly packages: readonly PackageJson[];
}

export interface PackageJson {
  readonly kind: "binary" | "source";
  readonly name: string;
  readonly version: string;
  readonly architecture: string | null;
  readonly uri: string | null;
  /** Why there is no URI: a local file, for example. */
  readonly uriUnknown: string | null;
  readonly size: number | null;
  readonly sha256: string | null;
  readonly source: string | null;
  readonly sourceVersion: string | null;
  readonly origins: readonly { readonly uri: string; readonly suite: string; readonly component: string }[];
  /** image: the image's own system; builder: the one that live-build works in at its binary stage. */
  readonly where: Where | null;
  /** What was done with it: bootstrap, download, install, upgrade, remove, purge, present, source. */
  readonly actions: readonly string[];
  readonly run: string | null;
  readonly stage: string | null;
  readonly script: string | null;
}

export function manifestJson(
  build: Build,
  packages: readonly UsedPackage[],
  archives: readonly Archive[],
): ManifestJson {
  const { complete, causes } = build.causes();
  return {
    version: manifestVersion,
    build: build.id,
    complete,
    causes,
    origins: archives.map(({ name, uri, reference }) => ({ archive: name, uri, reference })),
    packages: packages.map(packageJson),
  };
}

/** The same form for a build-manifest file. */
export function manifestFileJson({ originReferences, packages }: BuildManifest): ManifestJson {
  return {
    version: manifestVersion,
    build: null,
    complete: null,
    causes: [],
    origins: originReferences.map(({ archive, reference }) => ({ archive, uri: null, reference })),
    packages: [
      ...packages.binary.map((each) => bare("binary", each.package, each.version, each.arch)),
      ...packages.source.map((each) => bare("source", each.package, each.version, null)),
    ],
  };
}

function packageJson(each: UsedPackage): PackageJson {
  return {
    ...bare(each.isSource ? "source" : "binary", each.name, each.version, each.architecture || null),
    uri: each.uri || null,
    uriUnknown: each.uriUnknown || null,
    size: each.size || null,
    sha256: each.sha256 || null,
    source: each.source || null,
    sourceVersion: each.sourceVersion || null,
    origins: each.origins.map(({ uri, suite, component }) => ({ uri, suite, component })),
    where: each.where,
    actions: each.actions,
    run: each.run,
    stage: each.stage,
    script: each.script,
  };
}

function bare(
  kind: PackageJson["kind"],
  name: string,
  version: string,
  architecture: string | null,
): PackageJson {
  return {
    kind,
    name,
    version,
    architecture,
    uri: null,
    uriUnknown: null,
    size: null,
    sha256: null,
    source: null,
    sourceVersion: null,
    origins: [],
    where: null,
    actions: [],
    run: null,
    stage: null,
    script: null,
  };
}
