import type { Origin, PackageAction, PackageEvent } from "../../proto/events.ts";
import type { Build, PackageRecord } from "../model/build.ts";
import type { Directory } from "../model/item.ts";
import type { Stories } from "../story/story.ts";
import { lineage } from "../story/versions.ts";
import { byteOrder } from "./build-manifest.ts";

/**
 * In which system a package was used: in the image's own, where it stood when that was packed (`image`) or had been removed
 * again (`removed`); in the one that live-build makes its binary stage in, or in the image's after it was packed
 * (`builder`); or in another.
 */
export const places = ["image", "removed", "builder", "other"] as const;
export type Where = (typeof places)[number];

/** One package of one version, used in one system during a build. */
export interface UsedPackage {
  readonly where: Where;
  readonly isSource: boolean;
  readonly name: string;
  readonly version: string;
  /** `source` for a source package; empty if it is not known. */
  readonly architecture: string;
  /** Empty if it is not known: then `uriUnknown` says why. */
  readonly uri: string;
  readonly uriUnknown: string;
  /** Bytes; 0 if not known. */
  readonly size: number;
  /** Hexadecimal; empty if not known. */
  readonly sha256: string;
  readonly source: string;
  readonly sourceVersion: string;
  readonly origins: readonly Origin[];
  /** Sorted. */
  readonly actions: readonly PackageAction[];
  /** Where in the build it came: of the first event that knows. */
  readonly stage: string | null;
  readonly script: string | null;
  readonly run: string | null;
}

/** Every package that the build used, in any system; each version once a system, in byte order. */
export function usedPackages(build: Build, stories: Stories): UsedPackage[] {
  const systems = systemsOf(build);
  const architectures = knownArchitectures(build.packages);
  const merged = new Map<string, Merging>();
  for (const record of build.packages) {
    const { event } = record;
    const architecture = architectureOf(event, architectures);
    const { stage, script, run } = stories.of(record.process, event.epoch);
    for (const where of systems(record)) {
      const key = [event.name, event.version, architecture, where].join("\0");
      const known = merged.get(key);
      if (known === undefined) merged.set(key, begin(where, architecture, event, { stage, script, run }));
      else add(known, event, { stage, script, run });
    }
  }
  return [...merged.entries()]
    .sort(([a], [b]) => byteOrder(a, b))
    .map(([, each]) => ({ ...each, actions: [...each.actions].sort(byteOrder), uriUnknown: reason(each) }));
}

type Because = Pick<UsedPackage, "stage" | "script" | "run">;
type Merging = { -readonly [K in keyof Omit<UsedPackage, "actions">]: UsedPackage[K] } & {
  actions: Set<PackageAction>;
};

function begin(where: Where, architecture: string, event: PackageEvent, because: Because): Merging {
  const { name, version, uri, uriUnknown, size, sha256, source, sourceVersion, origins } = event;
  const isSource = event.action === "source";
  const facts = { name, version, uri, uriUnknown, size, sha256, source, sourceVersion, origins };
  return { where, isSource, architecture, ...facts, actions: new Set([event.action]), ...because };
}

function add(known: Merging, event: PackageEvent, because: Because): void {
  known.actions.add(event.action);
  known.uri ||= event.uri;
  known.uriUnknown ||= event.uriUnknown;
  known.size ||= event.size;
  known.sha256 ||= event.sha256;
  known.source ||= event.source;
  known.sourceVersion ||= event.sourceVersion;
  if (known.origins.length === 0) known.origins = event.origins;
  known.stage ??= because.stage;
  known.script ??= because.script;
  known.run ??= because.run;
}

function reason({ uri, uriUnknown }: Merging): string {
  if (uri !== "") return "";
  return uriUnknown === "" ? "no URI was seen for it" : uriUnknown;
}

/**
 * In which systems a package came to be: a copied system has what its original had when it was copied, so one
 * event can count for the image and for the builder's chroot.
 */
function systemsOf(build: Build): (record: PackageRecord) => Where[] {
  const image = build.image?.directory;
  const packer =
    build.image === undefined ? undefined : build.processes.command(build.image.packer, build.image.epoch);
  const builder = packer?.root?.directory;
  const packed = build.image?.time ?? Number.POSITIVE_INFINITY;
  const ofImage = (record: PackageRecord) => isPartOf(build, image, record);
  const standing = standingIn(build.packages.filter((record) => ofImage(record) && isBefore(record, packed)));
  const ofBuilder = (record: PackageRecord) => isPartOf(build, builder, record);
  return (record) => {
    const where: Where[] = [];
    if (ofImage(record)) {
      if (!isBefore(record, packed)) where.push("builder");
      else where.push(standing.has(versionKey(record.event)) ? "image" : "removed");
    }
    if (builder !== image && ofBuilder(record)) where.push("builder");
    return where.length > 0 ? where : ["other"];
  };
}

/** What is `present` in the end was so at some time that nothing tells. */
function isBefore({ event }: PackageRecord, time: number): boolean {
  return event.action === "present" || event.time <= time;
}

/** Which versions stand in a system after everything that was done there. */
function standingIn(records: readonly PackageRecord[]): Set<string> {
  const standing = new Set<string>();
  for (const { event } of records) {
    switch (event.action) {
      case "bootstrap":
      case "install":
      case "upgrade":
      case "present":
        // An upgrade to the same version is an unpacking once more.
        standing.delete(versionKey({ ...event, version: event.oldVersion }));
        standing.add(versionKey(event));
        break;
      case "remove":
      case "purge":
        standing.delete(versionKey(event));
        break;
      case "download":
      case "source":
        break;
      default:
        event.action satisfies never;
    }
  }
  return standing;
}

// Without the architecture, which not every event knows.
function versionKey({ name, version }: Pick<PackageEvent, "name" | "version">): string {
  return `${name}\0${version}`;
}

function isPartOf(build: Build, system: Directory | undefined, { root, event }: PackageRecord): boolean {
  if (system === undefined || root === undefined) return false;
  if (root === system) return true;
  let at: Directory | undefined = system;
  for (const original of lineage(system).slice(1)) {
    const copiedAt: number = at?.copy === undefined ? 0 : build.operations.get(at.copy.since).time;
    if (event.time > copiedAt) return false;
    if (original === root) return true;
    at = original;
  }
  return false;
}

/** debootstrap's list has no architectures: the name of the file in the URI has it, or another event. */
function architectureOf(event: PackageEvent, known: Map<string, Set<string>>): string {
  if (event.action === "source") return "source";
  if (event.architecture !== "") return event.architecture;
  const named = architectureInUri(event.uri);
  if (named !== "") return named;
  const [only, other] = known.get(`${event.name}\0${event.version}`) ?? [];
  return other === undefined ? (only ?? "") : "";
}

function knownArchitectures(records: readonly PackageRecord[]): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const { event } of records) {
    const architecture = event.architecture || architectureInUri(event.uri);
    if (architecture === "" || event.action === "source") continue;
    const key = `${event.name}\0${event.version}`;
    const set = known.get(key);
    if (set === undefined) known.set(key, new Set([architecture]));
    else set.add(architecture);
  }
  return known;
}

function architectureInUri(uri: string): string {
  return /_([a-z0-9-]+)\.deb$/.exec(uri)?.[1] ?? "";
}
