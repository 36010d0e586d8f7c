import type { Origin, PackageAction } from "../../proto/events.ts";
import type { Build, PackageRecord } from "../model/build.ts";
import type { Stories, Story } from "../story/story.ts";
import { architectureOf, knownArchitectures } from "./architectures.ts";
import { byteOrder, sortUnique } from "./build-manifest.ts";
import { Configured } from "./configured.ts";
import { type Pin, Pins } from "./pins/pins.ts";
import { type Reason, Reasons, unknownReason } from "./reasons/reasons.ts";
import { Runs } from "./runs/run.ts";
import { systemsOf, type Where } from "./where.ts";

export { places, type Where } from "./where.ts";

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
  /** Every list of apt's that had exactly this version, whenever its system was looked at; in byte order. */
  readonly origins: readonly Origin[];
  /** Sorted. */
  readonly actions: readonly PackageAction[];
  /** Where in the build it came: of the first event that knows. */
  readonly stage: string | null;
  readonly script: string | null;
  readonly hook: string | null;
  readonly run: string | null;
  readonly reason: Reason;
  /** null where apt did not choose it, or its configuration is not known. */
  readonly pin: Pin | null;
}

/** Every package that the build used, in any system; each version once a system, in byte order. */
export function usedPackages(build: Build, stories: Stories): UsedPackage[] {
  const systems = systemsOf(build);
  const architectures = knownArchitectures(build.packages);
  const why = new Why(build, stories);
  const merged = new Map<string, Merging>();
  for (const record of build.packages) {
    const { event } = record;
    const architecture = architectureOf(event, architectures);
    const story = stories.of(record.process, event.epoch);
    for (const where of systems(record)) {
      const key = [event.name, event.version, architecture, where].join("\0");
      const known = merged.get(key);
      if (known === undefined) merged.set(key, begin(where, architecture, record, story));
      else add(known, record, story);
    }
  }
  return [...merged.entries()].sort(([a], [b]) => byteOrder(a, b)).map(([, each]) => finished(each, why));
}

type Merging = {
  -readonly [K in keyof Omit<UsedPackage, "actions" | "origins" | "reason" | "pin">]: UsedPackage[K];
} & { actions: Set<PackageAction>; origins: Origin[]; records: PackageRecord[] };

function begin(where: Where, architecture: string, record: PackageRecord, story: Story): Merging {
  const { name, version, uri, uriUnknown, size, sha256, source, sourceVersion, action } = record.event;
  const origins = [...record.event.origins];
  const facts = { name, version, uri, uriUnknown, size, sha256, source, sourceVersion, origins };
  const { stage, script, hook, run } = story;
  const isSource = action === "source";
  const because = { stage, script, hook, run, actions: new Set([action]), records: [record] };
  return { where, isSource, architecture, ...facts, ...because };
}

function add(known: Merging, record: PackageRecord, story: Story): void {
  const { event } = record;
  known.actions.add(event.action);
  known.records.push(record);
  known.uri ||= event.uri;
  known.uriUnknown ||= event.uriUnknown;
  known.size ||= event.size;
  known.sha256 ||= event.sha256;
  known.source ||= event.source;
  known.sourceVersion ||= event.sourceVersion;
  for (const origin of event.origins) known.origins.push(origin);
  known.stage ??= story.stage;
  known.script ??= story.script;
  known.hook ??= story.hook;
  known.run ??= story.run;
}

function finished({ records, ...each }: Merging, why: Why): UsedPackage {
  const origins = sortUnique(each.origins, ({ uri, suite, component, list }) =>
    [uri, suite, component, list].join("\0"),
  );
  const actions = [...each.actions].sort(byteOrder);
  const used = { ...each, origins, actions, uriUnknown: uriUnknownOf(each) };
  return { ...used, ...why.of(records, used) };
}

function uriUnknownOf({ uri, uriUnknown }: Omit<Merging, "records">): string {
  if (uri !== "") return "";
  return uriUnknown === "" ? "no URI was seen for it" : uriUnknown;
}

/** Why packages are there, and which pin chose them. */
class Why {
  readonly #reasons: Reasons;
  readonly #pins: Pins;

  constructor(build: Build, stories: Stories) {
    const configured = new Configured(build);
    const runs = new Runs(build, stories);
    this.#reasons = new Reasons(build, runs, configured);
    this.#pins = new Pins(build, configured, runs);
  }

  /** By the first event that tells. */
  of(
    records: readonly PackageRecord[],
    used: Parameters<Pins["of"]>[1],
  ): Pick<UsedPackage, "reason" | "pin"> {
    let reason = unknownReason;
    let pin: Pin | null = null;
    for (const record of records) {
      if (reason.kind === "unknown") reason = this.#reasons.of(record);
      pin ??= this.#pins.of(record, used);
    }
    return { reason, pin };
  }
}
