import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { archivesOf } from "../manifest/archives.ts";
import type { BuildManifest } from "../manifest/build-manifest.ts";
import { Configured } from "../manifest/configured.ts";
import {
  type ExtraPackages,
  extraPackagesPath,
  mostExtraBytes,
  noExtraPackages,
  parseExtraPackages,
  recordedExtraPackages,
} from "../manifest/formats/extra-packages.ts";
import { manifestOfBuild } from "../manifest/formats/from-build.ts";
import { manifestOfFiles } from "../manifest/formats/from-files.ts";
import type { Manifest } from "../manifest/formats/manifest.ts";
import { readBounded, readSerials, readTriplets } from "../manifest/formats/read-tails.ts";
import { manifestOf } from "../manifest/from-packages.ts";
import { isManifestFile } from "../manifest/is-manifest-file.ts";
import { parseOriginRules } from "../manifest/origins/rules-file.ts";
import { originSettings } from "../manifest/origins/settings.ts";
import { parseTails } from "../manifest/tails.ts";
import { manifestOfTriplets } from "../manifest/triplets.ts";
import { type Material, materialOf } from "../report/report.ts";
import { openBuild, resolveBuild } from "../resolve-build.ts";
import { UsageError } from "./usage-error.ts";

/** What a manifest is printed from. */
export interface ManifestInput {
  readonly manifest: () => Manifest;
  /** undefined if it is not of a build. */
  readonly material: Material | undefined;
  /** What the user should know of it: one line each. */
  readonly notes: readonly string[];
}

interface Options {
  readonly given: readonly string[];
  readonly cwd: string;
  readonly triplets?: string | undefined;
  readonly serials?: string | undefined;
  readonly "extra-packages"?: string | undefined;
  readonly origins?: string | undefined;
}

/**
 * Reads what the command line of `isotrace manifest` names.
 * @throws UsageError for options that do not go together, ManifestError for what cannot be understood.
 */
export function readInput(options: Options): ManifestInput {
  const { given, cwd, triplets, serials, origins } = options;
  const [build, more] = given;
  if ((build === undefined) === (triplets === undefined) || more !== undefined) {
    throw new UsageError(
      "manifest: give one BUILD or MANIFEST, or --triplets DIR, for example: isotrace manifest latest",
    );
  }
  if (serials !== undefined && triplets === undefined) {
    throw new UsageError("manifest: --serials needs --triplets; a build or manifest has its own");
  }
  const file = build === undefined ? undefined : resolve(cwd, build);
  const isBuild = file !== undefined && !isManifestFile(file);
  if (origins !== undefined && !isBuild) {
    throw new UsageError("manifest: --origins needs a BUILD; a manifest has its references already");
  }
  if (isBuild) return ofBuild(build!, options);
  return ofFiles(file === undefined ? options : { ...options, file });
}

function ofBuild(given: string, { cwd, origins, "extra-packages": extraFile }: Options): ManifestInput {
  const plain = materialOf(openBuild(resolveBuild(given, cwd)));
  const { build, packages } = plain;
  const configured = new Configured(build);
  const material =
    origins === undefined ? plain : { ...plain, archives: archivesBy(plain, configured, origins) };
  const extra = () =>
    extraFile === undefined ? recordedExtraPackages(configured) : readExtraPackages(extraFile);
  const { refused } = manifestOf(packages, material.archives);
  const { complete, causes } = build.causes();
  return {
    manifest: () => manifestOfBuild(material, extra()),
    material,
    notes: [
      ...(complete ? [] : [`INCOMPLETE: ${causes.join("; ")}`]),
      ...(refused.length === 0
        ? []
        : [`${refused.length} packages cannot stand in a build-manifest: see --format json`]),
    ],
  };
}

function archivesBy(
  { build, packages }: Material,
  configured: Configured,
  file: string,
): Material["archives"] {
  const bytes = readBounded(file, "give a file of rules for origins");
  const settings = originSettings(configured);
  return archivesOf(build, packages, {
    ...settings,
    rules: [...parseOriginRules(bytes, file), ...settings.rules],
  });
}

function ofFiles(options: Options & { file?: string }): ManifestInput {
  const { file, cwd, triplets: directory, serials } = options;
  const triplets = directory === undefined ? [] : readTriplets(directory);
  const manifest: BuildManifest =
    file === undefined
      ? manifestOfTriplets(triplets, serials === undefined ? [] : readSerials(serials))
      : parseTails(readBounded(file, "give a build-manifest"), file);
  // Tails' aggregator takes the file of the directory that it runs in.
  const own = resolve(cwd, extraPackagesPath);
  const isOwn = directory !== undefined && existsSync(own);
  const extraFile = options["extra-packages"] ?? (isOwn ? own : undefined);
  const extra = extraFile === undefined ? noExtraPackages : readExtraPackages(extraFile);
  return { manifest: () => manifestOfFiles(manifest, extra, triplets), material: undefined, notes: [] };
}

function readExtraPackages(path: string): ExtraPackages {
  return parseExtraPackages(readBounded(path, "give a file of extra packages", mostExtraBytes), path);
}
