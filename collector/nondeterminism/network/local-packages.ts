import { archiveAt } from "../../manifest/archives.ts";
import type { UsedPackage } from "../../manifest/used-packages.ts";
import type { PackageRecord } from "../../model/build.ts";
import type { Command } from "../../model/process.ts";
import type { Material } from "../../report/report.ts";
import { argumentsOf, basename, programOf } from "../../story/names.ts";
import type { Story } from "../../story/story.ts";

/** A package that was installed from a file, and not from an archive. */
export interface LocalPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Hexadecimal; empty if it is not known. */
  readonly sha256: string;
  /** The file's path or URI as the build had it, a byte string; empty if it is not known. */
  readonly file: string;
  /** The dpkg or apt that was told to install it; undefined if it is not known. */
  readonly command: Command | undefined;
  readonly story: Story;
}

/** The local packages of a build: each version once, in byte order. */
export function localPackagesOf({ build, stories, packages, archives }: Material): LocalPackage[] {
  const found = new Map<string, LocalPackage>();
  for (const each of packages) {
    const { name, version, architecture, sha256 } = each;
    const key = [name, version, architecture].join("\0");
    if (found.has(key) || !mayBeLocal(each) || archiveAt(archives, each.uri) !== undefined) continue;
    const record = build.packages.find((record) => isOf(record, each));
    if (record === undefined) continue;
    const story = stories.of(record.process, record.event.epoch);
    const dpkg = story.chain.find((command) => programOf(command) === "dpkg");
    const file = fileOf(each, dpkg);
    if (file === undefined) continue;
    const command = installerOf(story, dpkg);
    found.set(key, { name, version, architecture, sha256, file, command, story });
  }
  return [...found.values()];
}

const bringing: ReadonlySet<string> = new Set(["install", "upgrade", "bootstrap"]);
/** live-build makes a flat repository of config/packages.chroot in the image's own tree. */
const onThisMachine = /^(file|copy):/;

function mayBeLocal({ isSource, uri, actions }: UsedPackage): boolean {
  if (isSource || !actions.some((action) => bringing.has(action))) return false;
  return uri === "" || onThisMachine.test(uri);
}

function isOf({ event }: PackageRecord, { name, version }: UsedPackage): boolean {
  return event.name === name && event.version === version && bringing.has(event.action);
}

/** The file that it came from, "" if that is not known; undefined if it came from an archive, or nobody knows. */
function fileOf({ uri, uriUnknown, name }: UsedPackage, dpkg: Command | undefined): string | undefined {
  if (uri !== "") return uri;
  const given = dpkg === undefined ? [] : argumentsOf(dpkg).filter(isFileOutsideCache);
  if (given.length > 0) {
    const own = given.find((word) => basename(word).split("_")[0] === name);
    return own ?? (given.length === 1 ? given[0]! : "");
  }
  const told = /installed from a local file(?:: (.*))?$/s.exec(uriUnknown);
  return told === null ? undefined : (told[1] ?? "");
}

/** apt hands its own downloads to dpkg from its cache. */
function isFileOutsideCache(word: string): boolean {
  return word.endsWith(".deb") && !word.includes("/var/cache/apt/archives/");
}

/** What somebody called: the apt-get above dpkg, or dpkg itself. */
function installerOf({ chain }: Story, dpkg: Command | undefined): Command | undefined {
  const at = chain.findIndex((command) => /^(apt|apt-get|aptitude|gdebi)$/.test(programOf(command)));
  return at < 0 ? dpkg : chain[at];
}
