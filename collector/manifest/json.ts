import type { Build } from "../model/build.ts";
import { type JsonText, jsonText } from "../model/bytes.ts";
import type { NetworkInputJson } from "../nondeterminism/network/json.ts";
import { type Archive, archiveAt, type ReferenceFrom } from "./archives.ts";
import type { BuildManifest } from "./build-manifest.ts";
import { Configured } from "./configured.ts";
import type { ArchiveRelease } from "./origins/releases.ts";
import { originSettings } from "./origins/settings.ts";
import { type ArchiveState, changedArchives } from "./origins/states.ts";
import type { Pin } from "./pins/pins.ts";
import type { Reason } from "./reasons/reasons.ts";
import type { UsedPackage, Where } from "./used-packages.ts";

/** Version of the JSON below: raised when a field changes its meaning or goes. Fields may be added. */
export const manifestVersion = 1;

/**
 * What `isotrace manifest --format json` prints, and `manifest.json` holds. What is not known is null, and a list of
 * which nothing is known is empty. Texts are UTF-8; one that is not is given as `{"bytes": "<base64>"}`. Lists are in byte
 * order where nothing else is said, so the same recording gives the same bytes.
 */
export interface ManifestJson {
  /** {@link manifestVersion}. */
  readonly version: number;
  /** The build's id; null for a manifest that was read from a build-manifest file, which knows less. */
  readonly build: string | null;
  /** Whether the recording has everything that happened; null for a build-manifest file. */
  readonly complete: boolean | null;
  /** What the recording lacks, one line each. */
  readonly causes: readonly string[];
  /** What could not be understood, one line each: a file of rules for origins, for example. */
  readonly problems: readonly string[];
  /** The archives that packages stood in, by name. */
  readonly origins: readonly ArchiveJson[];
  /** Archives of which the build saw more than one state. */
  readonly changed: readonly {
    /** Name of one of `origins`. */
    readonly archive: string;
    readonly uri: string;
    /** null if it is the archive's snapshots that differ. */
    readonly suite: string | null;
    /** In the order in which the build saw them; of snapshots in byte order. */
    readonly states: readonly ArchiveState[];
  }[];
  /** By name, version, architecture, and where they were: each once in each kind of system. */
  readonly packages: readonly PackageJson[];
  /** What came into the build from outside the archives: downloads and local packages, which no snapshot covers. */
  readonly outside: readonly NetworkInputJson[];
}

export interface ArchiveJson {
  /** The origin's name, as in Tails' build-manifest: `debian`, `debian-security`. */
  readonly archive: string;
  /** Without the snapshot; null for a build-manifest file. */
  readonly uri: string | null;
  /** As the build had them, with the snapshot. */
  readonly uris: readonly string[];
  /** A serial (YYYYMMDDNN), a time in UTC (YYYYMMDDTHHMMSSZ), a tag, or `unknown`. */
  readonly reference: string;
  /**
   * What told the reference: the URL, a file `config/APT_snapshots.d/ARCHIVE/serial`, `[snapshot=ID]` in apt's sources, or
   * the newest `Date` of `releases`; `nowhere` if it is unknown.
   */
  readonly referenceFrom: ReferenceFrom | null;
  /** All that the build's URLs told. */
  readonly references: readonly string[];
  /** Every state of every suite that the build saw: by suite, then in the order in which it saw them. */
  readonly releases: readonly ReleaseJson[];
}

/** A Release file (Debian Wiki, DebianRepository/Format), with its fields as they are written. */
export interface ReleaseJson {
  readonly uri: string;
  /** As sources.list(5) has it: the directory below `dists/`. */
  readonly suite: string;
  /** `Release` is one without a signature within itself. */
  readonly file: "InRelease" | "Release";
  readonly origin: JsonText | null;
  readonly label: JsonText | null;
  /** The field `Suite`: `stable`. */
  readonly releaseSuite: JsonText | null;
  readonly codename: JsonText | null;
  /** The field `Version`: `12.1`. */
  readonly version: JsonText | null;
  /** RFC 2822, UTC. */
  readonly date: JsonText | null;
  readonly validUntil: JsonText | null;
  /** Of the whole file, hexadecimal. */
  readonly sha256: string | null;
  /** The keys, mostly subkeys, that its signatures name. Isotrace does not verify them: apt did. */
  readonly signedBy: readonly {
    /** 16 hexadecimal digits, capitals. */
    readonly keyId: string;
    /** 40 or 64 hexadecimal digits, capitals; null if the signature has the key's id only. */
    readonly fingerprint: string | null;
  }[];
  /** Why not all of the signature could be read. */
  readonly signatureProblem: string | null;
}

export interface PackageJson {
  readonly kind: "binary" | "source";
  readonly name: string;
  readonly version: string;
  /** null for a source package, and where it is not known. */
  readonly architecture: string | null;
  readonly uri: string | null;
  /** Why there is no URI: a local file, for example. */
  readonly uriUnknown: string | null;
  /** Bytes, of the .deb or .dsc. */
  readonly size: number | null;
  /** Hexadecimal, of the .deb or .dsc. */
  readonly sha256: string | null;
  readonly source: string | null;
  readonly sourceVersion: string | null;
  /** Every list of apt's that had exactly this version: not only that which it was fetched from. */
  readonly origins: readonly {
    /** Name of one of the manifest's `origins`; null for a repository on the machine. */
    readonly archive: string | null;
    readonly uri: string;
    readonly suite: string;
    readonly component: string;
    /** What apt's preferences give this list (apt_preferences(5)); null as `pin` is. */
    readonly priority: number | null;
  }[];
  /**
   * Which pin chose it: the version's priority, why it has it, the record of the preferences or the word of the command
   * line in its own words, and the file that the record stands in. null where apt did not choose it, and where its
   * configuration was not recorded.
   */
  readonly pin: {
    readonly priority: number;
    readonly because: Pin["because"];
    readonly record: JsonText | null;
    readonly file: JsonText | null;
  } | null;
  /**
   * image: in the image when that was packed; removed: in its system, but removed before; builder: in the system that
   * live-build works in at its binary stage; other: in another one.
   */
  readonly where: Where | null;
  /** What was done with it: bootstrap, download, install, upgrade, remove, purge, present, source. */
  readonly actions: readonly string[];
  /** Why it is there; null for a build-manifest file. */
  readonly reason: {
    readonly kind: Reason["kind"];
    /** What decided, see {@link Reason}: a word of the command line, a priority, ... */
    readonly by: JsonText | null;
    /** Package lists of live-build that name it. */
    readonly lists: readonly JsonText[];
    /** From the package that wants this one to the one that was chosen. */
    readonly of: readonly { readonly package: string; readonly relation: string }[];
  } | null;
  /** The command line of the run that brought it: of apt-get, debootstrap, ... */
  readonly run: string | null;
  /** live-build's: bootstrap, chroot, installer, binary or source. */
  readonly stage: string | null;
  /** live-build's script: `lb chroot_install-packages`. */
  readonly script: string | null;
  /** The hook that ran it, by its file's name. */
  readonly hook: string | null;
}

export function manifestJson(
  build: Build,
  packages: readonly UsedPackage[],
  archives: readonly Archive[],
  outside: readonly NetworkInputJson[] = [],
): ManifestJson {
  const { complete, causes } = build.causes();
  return {
    version: manifestVersion,
    build: build.id,
    complete,
    causes,
    problems: originSettings(new Configured(build)).problems,
    origins: archives.map(archiveJson),
    changed: changedArchives(archives).map(({ suite, ...each }) => ({ ...each, suite: suite || null })),
    packages: packages.map((each) => packageJson(each, archives)),
    outside,
  };
}

/** The same form for a build-manifest file. */
export function manifestFileJson({ originReferences, packages }: BuildManifest): ManifestJson {
  return {
    version: manifestVersion,
    build: null,
    complete: null,
    causes: [],
    problems: [],
    origins: originReferences.map(({ archive, reference }) => ({
      archive,
      uri: null,
      uris: [],
      reference,
      referenceFrom: null,
      references: [],
      releases: [],
    })),
    changed: [],
    packages: [
      ...packages.binary.map((each) => bare("binary", each.package, each.version, each.arch)),
      ...packages.source.map((each) => bare("source", each.package, each.version, null)),
    ],
    outside: [],
  };
}

function archiveJson({
  name,
  uri,
  uris,
  reference,
  referenceFrom,
  references,
  releases,
}: Archive): ArchiveJson {
  return {
    archive: name,
    uri,
    uris,
    reference,
    referenceFrom,
    references,
    releases: releases.map(releaseJson),
  };
}

function releaseJson({ uri, suite, file, sha256, signature, ...fields }: ArchiveRelease): ReleaseJson {
  const text = (bytes: string) => (bytes === "" ? null : jsonText(bytes));
  return {
    uri,
    suite,
    file,
    origin: text(fields.origin),
    label: text(fields.label),
    releaseSuite: text(fields.releaseSuite),
    codename: text(fields.codename),
    version: text(fields.version),
    date: text(fields.date),
    validUntil: text(fields.validUntil),
    sha256: sha256 || null,
    signedBy: signature.signers.map(({ keyId, fingerprint }) => ({
      keyId,
      fingerprint: fingerprint || null,
    })),
    signatureProblem: signature.problem || null,
  };
}

function packageJson(each: UsedPackage, archives: readonly Archive[]): PackageJson {
  const { pin, reason } = each;
  return {
    ...bare(each.isSource ? "source" : "binary", each.name, each.version, each.architecture || null),
    uri: each.uri || null,
    uriUnknown: each.uriUnknown || null,
    size: each.size || null,
    sha256: each.sha256 || null,
    source: each.source || null,
    sourceVersion: each.sourceVersion || null,
    origins: each.origins.map(({ uri, suite, component }, i) => ({
      archive: archiveAt(archives, uri)?.name ?? null,
      uri,
      suite,
      component,
      priority: pin?.origins[i] ?? null,
    })),
    pin: pin && {
      priority: pin.priority,
      because: pin.because,
      record: pin.record === "" ? null : jsonText(pin.record),
      file: pin.file === "" ? null : jsonText(pin.file),
    },
    where: each.where,
    actions: each.actions,
    reason: {
      kind: reason.kind,
      by: reason.by === "" ? null : jsonText(reason.by),
      lists: reason.lists.map(jsonText),
      of: reason.of.map((step) => ({ package: step.package, relation: step.relation })),
    },
    run: each.run,
    stage: each.stage,
    script: each.script,
    hook: each.hook,
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
    pin: null,
    where: null,
    actions: [],
    reason: null,
    run: null,
    stage: null,
    script: null,
    hook: null,
  };
}
