import { copyFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { SnapshotError } from "../error.ts";
import { latestSerial } from "./resolve.ts";
import {
  keyFile,
  latest,
  readSettings,
  readTreeSerials,
  writeSettings,
  writeTreeSerial,
} from "./settings.ts";

export interface FreezeRequest {
  readonly tree: string;
  /** Which; empty: those that the tree has, else those of the instance. */
  readonly archives: readonly string[];
  readonly url: string | undefined;
  /** Security updates too. */
  readonly security: boolean;
  readonly key: string | undefined;
  /** The archives of an instance on this machine. */
  readonly known: readonly string[];
}

/** Tails leaves the security archive thawed: a frozen image gets security updates. */
export function isSecurity(archive: string): boolean {
  return archive.includes("security");
}

/** Writes the serials of now into a tree. @returns them, by archive. @throws SnapshotError */
export async function freeze(request: FreezeRequest): Promise<Map<string, string>> {
  const { tree, url, key, security } = request;
  refuseNoTree(tree);
  if (url !== undefined) writeSettings(tree, { url });
  const settings = readSettings(tree);
  if (key !== undefined) copyFileSync(key, join(tree, keyFile));
  const serials = new Map<string, string>();
  for (const archive of archivesOf(request)) {
    const isLeft = isSecurity(archive) && !security && !request.archives.includes(archive);
    serials.set(archive, isLeft ? latest : await latestSerial(settings.url, archive));
  }
  for (const [archive, serial] of serials) writeTreeSerial(tree, archive, serial);
  return serials;
}

/** Writes `latest` into a tree. @returns the archives */
export function thaw(tree: string, archives: readonly string[]): string[] {
  refuseNoTree(tree);
  const there = [...readTreeSerials(tree).keys()];
  const unknown = archives.find((archive) => !there.includes(archive));
  if (unknown !== undefined || there.length === 0) {
    const rule = unknown === undefined ? "must have a serial to thaw" : `must have the archive ${unknown}`;
    throw new SnapshotError({ subject: tree, rule, remedy: 'run "isotrace snapshot freeze" first' });
  }
  const thawed = archives.length === 0 ? there : [...archives];
  for (const archive of thawed) writeTreeSerial(tree, archive, latest);
  return thawed;
}

function archivesOf({ archives, tree, known }: FreezeRequest): string[] {
  if (archives.length > 0) return [...archives];
  const there = [...readTreeSerials(tree).keys()];
  const found = there.length > 0 ? there : [...known];
  if (found.length > 0) return found;
  const remedy = "name them: isotrace snapshot freeze debian debian-security";
  throw new SnapshotError({
    subject: tree,
    rule: "names no archive yet, and there is no instance here",
    remedy,
  });
}

function refuseNoTree(tree: string): void {
  if (existsSync(join(tree, "config")) && statSync(join(tree, "config")).isDirectory()) return;
  if (existsSync(join(tree, "auto/config"))) return;
  const remedy = "run it where you run lb build, or give --tree DIR";
  throw new SnapshotError({
    subject: tree,
    rule: "must be an image's tree, with config/ or auto/config",
    remedy,
  });
}
