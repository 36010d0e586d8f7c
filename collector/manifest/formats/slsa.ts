import { createHash } from "node:crypto";
import type { Host } from "../../../proto/events.ts";
import { byteString, jsonText, shown } from "../../model/bytes.ts";
import type { Material } from "../../report/report.ts";
import type { Archive } from "../archives.ts";
import { byteOrder } from "../build-manifest.ts";
import { toldEnvironment } from "./environment.ts";
import { noExtraPackages } from "./extra-packages.ts";
import type { StatementFormat } from "./format.ts";
import { manifestOfBuild } from "./from-build.ts";
import type { Listed } from "./manifest.ts";
import {
  builderId,
  buildType,
  type ResourceDescriptor,
  type Statement,
  subjects,
  words,
} from "./statement.ts";
import { isSha256, isUrl } from "./values.ts";

/**
 * SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance) in an in-toto Statement. Its build type means:
 *
 * - externalParameters: `command` as it was started, `environment`: the variables that decide on what live-build
 *   makes, `configuration`: the files of the build directory that decide on packages, with their digests;
 * - internalParameters: where it ran;
 * - resolvedDependencies: each package by its purl, with the URL it was fetched from and the digest of the file; each
 *   state of an archive by its InRelease or Release file, with the digest of that;
 * - byproducts: the recording; `annotations.complete` says whether it has everything, if not `causes` what is lacking.
 */
export const slsa: StatementFormat = {
  of: "statement",
  name: "slsa",
  file: "provenance.intoto.json",
  print: (material) => [`${JSON.stringify(statementOf(material), null, 2)}\n`],
};

function statementOf(material: Material): Statement {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: subjects(material),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: { buildDefinition: buildDefinition(material), runDetails: runDetails(material) },
  };
}

function buildDefinition(material: Material) {
  const { build, archives } = material;
  const first = build.segments[0];
  return {
    buildType,
    externalParameters: {
      command: words(first?.command.map(byteString) ?? []),
      environment: Object.fromEntries(toldEnvironment(build).map(([name, value]) => [name, jsonText(value)])),
      configuration: configurationOf(material),
    },
    internalParameters: {
      directory: jsonText(build.directory),
      workingDirectory: jsonText(byteString(first?.workingDirectory ?? new Uint8Array())),
      umask: first?.umask ?? 0,
      ...(first === undefined ? {} : { host: hostOf(first.host) }),
    },
    resolvedDependencies: [
      ...manifestOfBuild(material, noExtraPackages).packages.map(packageDescriptor),
      ...archives.flatMap(archiveDescriptors),
    ],
  };
}

/** The files of the build directory as they were last, in byte order. */
function configurationOf({ build }: Material): ResourceDescriptor[] {
  const last = new Map<string, (typeof build.configurations)[number]>();
  for (const event of build.configurations) {
    if (build.systemOf(event) === build.tree.top) last.set(byteString(event.path), event);
  }
  return [...last]
    .filter(([, { removed }]) => !removed)
    .sort(([a], [b]) => byteOrder(a, b))
    .map(([path, { content, cut }]) => ({
      name: shown(path),
      digest: { sha256: createHash("sha256").update(content).digest("hex") },
      ...(cut ? { annotations: { cut: true } } : {}),
    }));
}

function hostOf({ kernel, machine, cpus, timezone, filesystem }: Host) {
  return { kernel, machine, cpus, timezone, filesystem };
}

function packageDescriptor({ purl, name, version, uri, sha256, where }: Listed): ResourceDescriptor {
  return {
    name: `${name} ${version}`,
    uri: purl,
    ...(isSha256(sha256) ? { digest: { sha256 } } : {}),
    ...(isUrl(uri) ? { downloadLocation: uri } : {}),
    annotations: { where },
  };
}

function archiveDescriptors({ name, reference, releases }: Archive): ResourceDescriptor[] {
  return releases
    .filter(({ sha256 }) => isSha256(sha256))
    .map(({ uri, suite, file, sha256, date }) => ({
      name,
      // sources.list(5): a suite that ends in a slash is the path of a flat archive.
      uri: suite.endsWith("/") ? `${uri}/${suite}${file}` : `${uri}/dists/${suite}/${file}`,
      digest: { sha256 },
      annotations: { reference, suite, date },
    }));
}

function runDetails({ build }: Material) {
  const { complete, causes } = build.causes();
  return {
    builder: { id: builderId, version: { isotrace: build.segments[0]?.isotrace ?? "" } },
    metadata: {
      invocationId: build.id,
      ...timestamp("startedOn", build.clock.iso(build.begin)),
      ...(build.end === undefined ? {} : timestamp("finishedOn", build.clock.iso(build.end.time))),
    },
    byproducts: [
      {
        name: "recording.isotrace",
        uri: `urn:isotrace:recording:${encodeURIComponent(build.id.toWellFormed())}`,
        annotations: { complete, causes },
      },
    ],
  };
}

/** Nothing for a time beyond what a date can be. */
function timestamp(name: string, time: string): Record<string, string> {
  return time === "" ? {} : { [name]: time };
}
