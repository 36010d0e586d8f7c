import type { PackageEvent } from "../../proto/events.ts";
import type { Build, PackageRecord } from "../model/build.ts";
import type { Directory } from "../model/item.ts";
import { lineage } from "../story/versions.ts";

/**
 * In which system a package was used: in the image's own, where it stood when that was packed (`image`) or had been removed
 * again (`removed`); in the one that live-build makes its binary stage in, or in the image's after it was packed
 * (`builder`); or in another.
 */
export const places = ["image", "removed", "builder", "other"] as const;
export type Where = (typeof places)[number];

/**
 * In which systems a package came to be: a copied system has what its original had when it was copied, so one
 * event can count for the image and for the builder's chroot.
 */
export function systemsOf(build: Build): (record: PackageRecord) => Where[] {
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
        standing.delete(versionKey({ name: event.name, version: event.oldVersion }));
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
