import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import type { VersionFile } from "../../../../collector/manifest/pins/match.ts";

/** An archive's suite: the list that apt would have of one component of it. */
export interface AptList extends VersionFile {
  /** Directory below the host's root, unique. */
  readonly directory: string;
}

export interface AptVersion {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  /** Which lists have it. */
  readonly lists: readonly AptList[];
}

export interface AptRoot {
  readonly lists: readonly AptList[];
  readonly versions: readonly AptVersion[];
  /** Files below /etc/apt. */
  readonly files: Readonly<Record<string, string>>;
  readonly targetRelease: string;
}

/** A version's priority, and that of each of its lists by the list's directory, as `apt-cache policy` has them. */
export interface Policy {
  readonly priority: number;
  readonly lists: ReadonlyMap<string, number>;
}

/**
 * What the real apt says of every version in a system that has only apt's own files: its lists, as if it had fetched
 * them, and its configuration. By `name version`.
 * @throws if apt refuses.
 */
export async function aptPolicy(system: AptRoot): Promise<Map<string, Policy>> {
  const root = mkdtempSync(join(tmpdir(), "isotrace-apt-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeRoot(root, system);
  const target = system.targetRelease === "" ? [] : ["-o", `APT::Default-Release=${system.targetRelease}`];
  const names = [...new Set(system.versions.map(({ name }) => name))];
  const { stdout } = await execa("apt-cache", [...target, "policy", ...names], {
    env: { LC_ALL: "C.UTF-8", APT_CONFIG: join(root, "config") },
  });
  return parsePolicy(stdout);
}

function writeRoot(root: string, { lists, versions, files }: AptRoot): void {
  for (const each of [
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "var/lib/apt/lists/partial",
    "var/cache/apt",
  ])
    mkdirSync(join(root, each), { recursive: true });
  writeFileSync(join(root, "status"), "");
  // It is read before apt.conf.d, which is then that of this root.
  const settings = [`Dir "${root}"`, `Dir::State::status "${root}/status"`, 'APT::Architecture "amd64"'];
  writeFileSync(join(root, "config"), `${settings.join(";\n")};\n`);
  const sources = lists.map(
    ({ site, directory, component, suite }) =>
      `deb [trusted=yes] ${site === "" ? "file:" : `http://${site}`}/${directory} ${suite} ${component}`,
  );
  writeFileSync(join(root, "etc/apt/sources.list"), `${sources.join("\n")}\n`);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, "etc/apt", path), text);
  for (const list of lists) {
    const base = `${list.site}_${list.directory}_dists_${list.suite}`;
    const at = (name: string) => join(root, "var/lib/apt/lists", `${base}_${name}`);
    writeFileSync(at("Release"), releaseOf(list));
    const stanzas = versions.filter((version) => version.lists.includes(list)).map(stanzaOf);
    writeFileSync(at(`${list.component}_binary-amd64_Packages`), stanzas.join("\n"));
  }
}

function releaseOf(list: AptList): string {
  const fields = [
    ["Origin", list.origin],
    ["Label", list.label],
    ["Suite", list.suite],
    ["Codename", list.codename],
    ["Version", list.version],
    ["NotAutomatic", list.notAutomatic ? "yes" : ""],
    ["ButAutomaticUpgrades", list.butAutomaticUpgrades ? "yes" : ""],
  ].filter(([, value]) => value !== "");
  const end = [
    "Date: Sat, 10 Feb 2024 11:07:25 UTC",
    "Architectures: amd64",
    `Components: ${list.component}`,
  ];
  return `${[...fields.map(([name, value]) => `${name}: ${value}`), ...end].join("\n")}\n`;
}

function stanzaOf({ name, version, architecture, source }: AptVersion): string {
  const lines = [
    `Package: ${name}`,
    ...(source === name ? [] : [`Source: ${source}`]),
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: Nobody <nobody@example.org>",
    `Filename: pool/${name}_${version}.deb`,
    "Size: 1",
    `SHA256: ${"0".repeat(64)}`,
    "Description: nothing",
  ];
  return `${lines.join("\n")}\n`;
}

function parsePolicy(text: string): Map<string, Policy> {
  const policies = new Map<string, Policy>();
  let name = "";
  let lists = new Map<string, number>();
  for (const line of text.split("\n")) {
    const named = /^(\S+):$/.exec(line);
    const version = /^ {5}(\S+) (-?\d+)$/.exec(line);
    const list = /^ +(-?\d+) (?:http:\/\/[^/]+|file:)\/(\S+) \S+ \S+ Packages$/.exec(line);
    if (named !== null) name = named[1]!;
    else if (version !== null) {
      lists = new Map();
      policies.set(`${name} ${version[1]}`, { priority: Number(version[2]), lists });
    } else if (list !== null) lists.set(list[2]!, Number(list[1]));
  }
  return policies;
}
