import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { SnapshotError } from "../error.ts";
import { writeDurably } from "../files/durable.ts";
import { archivePattern } from "../instance.ts";
import { serialPattern } from "../serial.ts";

/** Where an image's tree keeps the serials of archives, as Tails' does: DIRECTORY/ARCHIVE/serial. */
export const serialsDirectory = "config/APT_snapshots.d";
/** Where they are once `latest` is resolved, for one build. */
export const resolvedDirectory = "tmp/APT_snapshots.d";
export const settingsFile = "config/isotrace-snapshots.yml";
export const keyFile = "config/isotrace-snapshots.gpg";
export const latest = "latest";

/** How a tree reaches the snapshots, as `config/isotrace-snapshots.yml` says. */
export interface TreeSettings {
  /** Of the server, without a slash at the end. */
  readonly url: string;
  /** Which archive takes the place of live-build's mirror. */
  readonly mirror: string;
  /** And of its mirror of security updates. */
  readonly security: string;
}

export const defaultMirrors = { mirror: "debian", security: "debian-security" };
const remedy = "write it like: url: http://snapshots.example.org:8080";

export function isFrozenTree(tree: string): boolean {
  return existsSync(join(tree, serialsDirectory)) && existsSync(join(tree, settingsFile));
}

/** @throws SnapshotError if there is no such file or it is wrong. */
export function readSettings(tree: string): TreeSettings {
  const file = join(tree, settingsFile);
  if (!existsSync(file)) {
    const rule = "must say where the snapshots are served";
    throw new SnapshotError({ subject: file, rule, remedy: 'run "isotrace snapshot freeze --url URL"' });
  }
  let document: unknown;
  try {
    document = parse(readFileSync(file, "utf8"), { maxAliasCount: 0, logLevel: "error" });
  } catch (error) {
    throw new SnapshotError({ subject: file, rule: "must be YAML", remedy, cause: error });
  }
  const settings = { ...defaultMirrors, ...(document as Partial<TreeSettings>) };
  if (!/^https?:\/\/[!-~]+$/.test(String(settings.url)))
    throw new SnapshotError({
      subject: `${file}, url`,
      rule: "must be a URL",
      value: String(settings.url),
      remedy,
    });
  for (const key of ["mirror", "security"] as const)
    if (!archivePattern.test(String(settings[key])))
      throw new SnapshotError({
        subject: `${file}, ${key}`,
        rule: "must be an archive's name",
        value: String(settings[key]),
        remedy,
      });
  return { ...settings, url: settings.url!.replace(/\/+$/, "") };
}

export function writeSettings(tree: string, settings: Pick<TreeSettings, "url">): void {
  const file = join(tree, settingsFile);
  const known = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  writeDurably(file, stringify({ ...known, url: settings.url.replace(/\/+$/, "") }));
}

/** The serials that a tree has, by archive: a serial, or `latest`. @throws SnapshotError for another text */
export function readTreeSerials(tree: string, directory = serialsDirectory): Map<string, string> {
  const serials = new Map<string, string>();
  const top = join(tree, directory);
  for (const archive of existsSync(top) ? readdirSync(top).sort() : []) {
    const file = join(top, archive, "serial");
    if (!archivePattern.test(archive) || !existsSync(file)) continue;
    const serial = readFileSync(file, "latin1").trim();
    if (serial !== latest && !serialPattern.test(serial)) {
      const rule = `must be a serial (YYYYMMDDNN) or ${latest}`;
      throw new SnapshotError({
        subject: file,
        rule,
        value: serial,
        remedy: "freeze or thaw the tree again",
      });
    }
    serials.set(archive, serial);
  }
  return serials;
}

export function writeTreeSerial(
  tree: string,
  archive: string,
  serial: string,
  directory = serialsDirectory,
): void {
  writeDurably(join(tree, directory, archive, "serial"), `${serial}\n`);
}
