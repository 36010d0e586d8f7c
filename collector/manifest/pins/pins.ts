import type { Origin, ReleaseEvent } from "../../../proto/events.ts";
import type { Build, PackageRecord } from "../../model/build.ts";
import type { Directory } from "../../model/item.ts";
import { lineage } from "../../story/versions.ts";
import type { Configured } from "../configured.ts";
import { aptCommand } from "../runs/apt-command.ts";
import { aptConfPath, aptSettings } from "../runs/apt-conf.ts";
import { endOf, type Run, type Runs } from "../runs/run.ts";
import { wordOf } from "../runs/word.ts";
import { releaseMatcher, type VersionFile } from "./match.ts";
import { preferencesOf, preferencesPath } from "./preferences.ts";
import { type Policy, type Priority, versionPriority } from "./priority.ts";

/** What made apt choose a version, as far as priorities do (apt_preferences(5)). */
export interface Pin {
  readonly priority: number;
  /** `command line`: NAME=VERSION or NAME/SUITE was asked for, whatever the priorities. */
  readonly because:
    | "default"
    | "not automatic"
    | "automatic upgrades"
    | "target release"
    | "preferences"
    | "command line";
  /** The record in its file's words, or the word on the command line, or the target release; empty for the others. */
  readonly record: string;
  /** Where the record stands: `/etc/apt/preferences.d/backports`; empty for the others. */
  readonly file: string;
  /** Of each origin, in their order, what it has by itself. */
  readonly origins: readonly number[];
}

/** A version that apt chose among those in its lists. */
export interface Choice {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly origins: readonly Origin[];
}

/** The pins of a build's packages. */
export class Pins {
  readonly #build: Build;
  readonly #configured: Configured;
  readonly #runs: Runs;
  readonly #policies = new Map<Run, Policy | undefined>();
  readonly #releases = new Map<Directory | undefined, Map<string, ReleaseEvent[]>>();

  constructor(build: Build, configured: Configured, runs: Runs) {
    this.#build = build;
    this.#configured = configured;
    this.#runs = runs;
    for (const event of build.releases) {
      const system = build.systemOf(event);
      let lists = this.#releases.get(system);
      if (lists === undefined) {
        lists = new Map();
        this.#releases.set(system, lists);
      }
      const key = `${event.uri} ${event.suite}`;
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [event]);
      else list.push(event);
    }
  }

  /**
   * The pin by which apt chose a version, by the configuration of its system at that time; null where apt did not choose
   * (a bootstrap, dpkg with a file), or where its configuration was not recorded.
   */
  of(record: PackageRecord, choice: Choice): Pin | null {
    const { root, event } = record;
    const run = this.#runs.of(record);
    const isByApt = run !== undefined && !notApt.has(run.program);
    if (!isByApt || choice.origins.length === 0 || !this.#configured.knows(root)) return null;
    const policy = this.#policyOf(run, record);
    if (policy === undefined) return null;
    const files = choice.origins.map((origin) => this.#fileOf(root, event.time, origin));
    const { version, files: priorities } = versionPriority(policy, { ...choice, files });
    const origins = priorities.map(({ priority }) => priority);
    const word = asked(run, choice);
    if (word !== undefined)
      return { priority: version.priority, because: "command line", record: word, file: "", origins };
    return { ...pinOf(version), origins };
  }

  /** What decided when a run chose; undefined if not all of it is known. */
  #policyOf(run: Run, record: PackageRecord): Policy | undefined {
    if (!this.#policies.has(run)) this.#policies.set(run, this.#readPolicy(run, record));
    return this.#policies.get(run);
  }

  #readPolicy(run: Run, { root }: PackageRecord): Policy | undefined {
    const time = endOf(run);
    const preferences = this.#configured.ofSystem(root, time, preferencesPath);
    if (preferences.some(({ isCut }) => isCut)) return undefined;
    const { defaultRelease } = aptSettings(this.#configured.ofSystem(root, time, aptConfPath));
    const { targetRelease: given } = aptCommand(run.program, run.words);
    const targetRelease = given || defaultRelease;
    return {
      preferences: preferencesOf(preferences),
      targetRelease,
      isOfTargetRelease: releaseMatcher(targetRelease),
      architecture: this.#architectureOf(root),
    };
  }

  /** The system's own: that of dpkg. */
  #architectureOf(root: Directory | undefined): string {
    const systems = lineage(root);
    const dpkg = this.#build.packages.find(
      (record) =>
        record.event.name === "dpkg" && record.event.architecture !== "" && systems.includes(record.root),
    );
    return dpkg?.event.architecture ?? "";
  }

  #fileOf(root: Directory | undefined, time: number, { list, uri, suite, component }: Origin): VersionFile {
    const release = this.#releaseOf(root, time, uri, suite);
    return {
      site: /^[a-z0-9+.-]+:\/\/([^/:]+)/i.exec(uri)?.[1] ?? "",
      suite: release?.releaseSuite ?? "",
      codename: release?.codename ?? "",
      origin: release?.origin ?? "",
      label: release?.label ?? "",
      version: release?.version ?? "",
      component,
      architecture: /_binary-([a-z0-9-]+)_/.exec(list)?.[1] ?? "",
      notAutomatic: release?.notAutomatic ?? false,
      butAutomaticUpgrades: release?.butAutomaticUpgrades ?? false,
    };
  }

  /** The Release file that a system had at that time; a copied system has those of its original, at first. */
  #releaseOf(
    root: Directory | undefined,
    time: number,
    uri: string,
    suite: string,
  ): ReleaseEvent | undefined {
    for (const system of lineage(root)) {
      const seen = this.#releases.get(system)?.get(`${uri} ${suite}`) ?? [];
      const found = seen.findLast((event) => event.time <= time) ?? seen[0];
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const notApt: ReadonlySet<string> = new Set(["debootstrap", "cdebootstrap", "dpkg"]);

/** The word that asked for exactly this version, or for its suite. */
function asked(run: Run, { name, version }: Choice): string | undefined {
  const { words } = aptCommand(run.program, run.words);
  return words.find((text) => {
    if (!/[=/]/.test(text)) return false;
    const word = wordOf(text, (each) => each === name);
    if (word.kind !== "name" || word.name !== name || word.isRemoval) return false;
    return word.version === version || word.suite !== "";
  });
}

function pinOf({ priority, because }: Priority): Omit<Pin, "origins"> {
  switch (because.kind) {
    case "default":
    case "not automatic":
    case "automatic upgrades":
      return { priority, because: because.kind, record: "", file: "" };
    case "target release":
      return { priority, because: because.kind, record: because.release, file: "" };
    case "preferences": {
      const { file, packages, pin } = because.preference;
      return { priority, because: because.kind, record: `Package: ${packages}; Pin: ${pin}`, file };
    }
    default:
      return because satisfies never;
  }
}
