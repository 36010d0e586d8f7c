import { type JsonText, jsonText } from "../../model/bytes.ts";
import type { ImageEntry } from "../../model/image.ts";
import type { Culprit } from "../../nondeterminism/finding.ts";
import type { Confidence, Source } from "../../nondeterminism/source.ts";
import type { PackageName } from "../../story/versions.ts";
import type { Aspect } from "../aspects.ts";
import type { Cause } from "../causes.ts";
import type { Presence } from "../compare.ts";
import type { Reading, Spot } from "../content/reading.ts";
import type { Diff } from "../diff.ts";
import type { Difference, Explanation } from "../explain/difference.ts";
import type { PackageDifference } from "../packages.ts";
import type { Evidence, WriterSummary } from "../side/evidence.ts";
import type { State } from "../side/state.ts";
import { type AlignedWriter, alignWriters } from "../writers.ts";

/** Version of the JSON below: raised when a field changes its meaning or goes. Fields may be added. */
export const diffVersion = 1;

/** What `isotrace diff --format json` prints. Texts that are not UTF-8 are `{"bytes": base64}`. */
export interface DiffJson {
  readonly version: number;
  /** Everything of the final states could be compared, and is the same. */
  readonly identical: boolean;
  /** `unknown`: nothing is known to differ, but not everything could be compared. */
  readonly verdict: Diff["verdict"];
  /** Whether both recordings have everything that happened, and everything could be compared. */
  readonly complete: boolean;
  readonly a: SideJson;
  readonly b: SideJson;
  /** How many paths were compared, and why others were not. */
  readonly compared: number;
  readonly unknown: readonly string[];
  /** Likeliest first. */
  readonly causes: readonly CauseJson[];
  /** In byte order. */
  readonly effects: readonly {
    readonly path: JsonText;
    readonly of: readonly JsonText[];
    readonly reason: string;
  }[];
  /** In byte order; those that are effects are among them. */
  readonly differences: readonly DifferenceJson[];
  /** What wrote them: `differences` refer to these by their index. */
  readonly writers: readonly WriterJson[];
  /** Of all systems of the builds; those of the image alone count for `identical`. */
  readonly packages: readonly PackageDifference[];
  /** Commands that ran in one build only: those that wrote what differs first, and some of the others. */
  readonly commands: readonly {
    readonly build: "A" | "B";
    readonly command: JsonText;
    readonly paths: readonly JsonText[];
  }[];
  readonly commandsNotListed: number;
}

export interface SideJson {
  readonly build: string;
  readonly complete: boolean;
  readonly causes: readonly string[];
}

export interface CauseJson {
  /** null if no writer is known. */
  readonly culprit: CulpritJson | null;
  /** Likeliest first. */
  readonly culprits: readonly CulpritJson[];
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
  readonly remedy: string;
  readonly paths: readonly JsonText[];
}

export interface CulpritJson {
  readonly kind: Culprit["kind"];
  readonly name: JsonText;
  readonly package: PackageName | null;
}

export interface DifferenceJson {
  readonly path: JsonText;
  readonly presence: Presence;
  readonly aspects: readonly Aspect[];
  readonly a: EntryJson | null;
  readonly b: EntryJson | null;
  /** Likeliest first. */
  readonly explanations: readonly ExplanationJson[];
  readonly culprits: readonly CulpritJson[];
  /** What it is called in the other build, if only its name differs. */
  readonly counterpart: JsonText | null;
  readonly notes: readonly string[];
  /** Likeliest first, in both builds or in one only; `writer` is an index of the list of all writers. */
  readonly writers: readonly { readonly in: Presence; readonly writer: number }[];
}

export interface EntryJson {
  readonly type: ImageEntry["type"];
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly mtimeNanoseconds: number;
  readonly size: number;
  readonly sha256: string | null;
  readonly target: JsonText | null;
  readonly package: string | null;
  readonly relation: ImageEntry["relation"] | null;
}

export interface ExplanationJson {
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
  /** The first ten; `count` says how many there are. */
  readonly places: readonly PlaceJson[];
  readonly count: number;
}

export interface PlaceJson {
  readonly within: readonly JsonText[];
  readonly a: SpotJson | null;
  readonly b: SpotJson | null;
  readonly meaning: string;
}

export interface SpotJson {
  readonly offset: number;
  readonly line: number | null;
  readonly bytes: JsonText;
}

export interface WriterJson {
  readonly operation: string;
  readonly stage: string | null;
  readonly script: string | null;
  readonly hook: JsonText | null;
  readonly maintainerScript: JsonText | null;
  readonly package: PackageName | null;
  readonly chain: readonly JsonText[];
  readonly uncertain: boolean;
  readonly unknown: string | null;
}

export function diffJson(diff: Diff): DiffJson {
  const { a, b, comparison, verdict } = diff;
  const writers = new WriterTable();
  return {
    version: diffVersion,
    identical: verdict === "same",
    verdict,
    complete: a.complete && b.complete && comparison.unknown.length === 0,
    a: sideJson(a),
    b: sideJson(b),
    compared: comparison.compared,
    unknown: comparison.unknown,
    causes: diff.causes.map(causeJson),
    effects: diff.effects.map(({ path, of, reason }) => ({
      path: jsonText(path),
      of: of.map(jsonText),
      reason,
    })),
    differences: diff.differences.map((each) => differenceJson(each, writers)),
    writers: writers.all,
    packages: diff.packages,
    commands: diff.commands.told.map(({ build, command, paths }) => ({
      build,
      command: jsonText(command),
      paths: paths.map(jsonText),
    })),
    commandsNotListed: diff.commands.untold,
  };
}

function sideJson({ build, complete, causes }: State): SideJson {
  return { build, complete, causes };
}

function causeJson({ culprit, culprits, source, confidence, reasons, remedy, paths }: Cause): CauseJson {
  return {
    culprit: culprit === null ? null : culpritJson(culprit),
    culprits: culprits.map(culpritJson),
    source,
    confidence,
    reasons,
    remedy,
    paths: paths.map(jsonText),
  };
}

function culpritJson({ kind, name, package: of }: Culprit): CulpritJson {
  return { kind, name: jsonText(name), package: of };
}

function differenceJson(difference: Difference, writers: WriterTable): DifferenceJson {
  const { path, presence, aspects, a, b, explanations, culprits, counterpart, notes } = difference;
  return {
    path: jsonText(path),
    presence,
    aspects,
    a: entryJson(a),
    b: entryJson(b),
    explanations: explanations.map(explanationJson),
    culprits: culprits.map(culpritJson),
    counterpart: counterpart === undefined ? null : jsonText(counterpart),
    notes,
    writers: alignWriters(a.writers, b.writers).map((each) => ({
      in: each.in,
      writer: writers.indexOf(each),
    })),
  };
}

function entryJson({ entry }: Evidence): EntryJson | null {
  if (entry === undefined) return null;
  const {
    type,
    mode,
    uid,
    gid,
    mtime,
    mtimeNanoseconds,
    size,
    sha256,
    target,
    package: owner,
    relation,
  } = entry;
  return {
    type,
    mode: mode.toString(8).padStart(4, "0"),
    uid,
    gid,
    mtime,
    mtimeNanoseconds,
    size,
    sha256: sha256 === "" ? null : sha256,
    target: type === "symlink" ? jsonText(target) : null,
    package: owner === "" ? null : owner,
    relation: relation === "" ? null : relation,
  };
}

const mostPlaces = 10;

function explanationJson({ source, confidence, reasons, readings }: Explanation): ExplanationJson {
  const places = readings.slice(0, mostPlaces).map(placeJson);
  return { source, confidence, reasons, places, count: readings.length };
}

function placeJson({ within, a, b, meaning }: Reading): PlaceJson {
  return { within: within.map(jsonText), a: spotJson(a), b: spotJson(b), meaning };
}

function spotJson(spot: Spot | undefined): SpotJson | null {
  if (spot === undefined) return null;
  return { offset: spot.offset, line: spot.line ?? null, bytes: jsonText(spot.bytes) };
}

/** Every writer once: some wrote thousands of paths. */
class WriterTable {
  readonly all: WriterJson[] = [];
  readonly #indexes = new Map<WriterSummary, number>();

  indexOf({ writer }: AlignedWriter): number {
    const known = this.#indexes.get(writer);
    if (known !== undefined) return known;
    this.#indexes.set(writer, this.all.length);
    return this.all.push(writerJson(writer)) - 1;
  }
}

function writerJson(writer: WriterSummary): WriterJson {
  return {
    operation: writer.operation,
    stage: writer.stage,
    script: writer.script,
    hook: nullable(writer.hook),
    maintainerScript: nullable(writer.maintainerScript),
    package: writer.package,
    chain: writer.chain.map(jsonText),
    uncertain: writer.isUncertain,
    unknown: writer.unknown,
  };
}

function nullable(text: string | null): JsonText | null {
  return text === null ? null : jsonText(text);
}
