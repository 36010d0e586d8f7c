import { type JsonText, jsonText } from "../../model/bytes.ts";
import type { PackageName } from "../../story/versions.ts";
import type { Culprit, Finding, Place } from "../finding.ts";
import { withoutSecrets } from "../network/secrets.ts";
import type { Confidence, Source } from "../source.ts";
import type { FindingsFormat, Options } from "./format.ts";
import type { FindingsReport, Listed } from "./report.ts";

/** Version of the JSON below: raised when a field changes its meaning or goes. Fields may be added. */
export const findingsVersion = 1;

/**
 * What `isotrace findings --format json` prints. Texts that are not UTF-8 are `{"bytes": base64}`.
 *
 * With `--stable`, what is of this build alone is left out: `build` and of the evidence `bytes` and `meaning` are null,
 * `chain` and `run` as well. What is left is the same for two builds that give the same image.
 */
export interface FindingsJson {
  readonly version: number;
  readonly build: string | null;
  /** Whether the recording has everything that happened. */
  readonly complete: boolean;
  readonly causes: readonly string[];
  /** Most certain first, then by path. */
  readonly findings: readonly FindingJson[];
  /** Files and parts of files that nothing is known of. */
  readonly unexamined: readonly { readonly path: JsonText; readonly because: string }[];
  /** With `--baseline`: how many accepted findings the build does not have any more. */
  readonly gone: number | null;
}

export interface FindingJson {
  /** Absolute in the image, or below `/binary/`; "" for the build as a whole. */
  readonly path: JsonText;
  readonly source: Source;
  readonly confidence: Confidence;
  /** The likeliest; null if none is known. */
  readonly culprit: CulpritJson | null;
  /** Likeliest first. */
  readonly culprits: readonly CulpritJson[];
  /** Why it is believed. */
  readonly reasons: readonly string[];
  /** The first ten places; `places` says how many there are. */
  readonly evidence: readonly EvidenceJson[];
  readonly places: number;
  readonly remedy: string;
  /** The same for the same cause in another build. */
  readonly fingerprint: string;
  /** With `--baseline`: whether that has it. */
  readonly accepted: boolean | null;
  readonly stage: string | null;
  readonly script: string | null;
  readonly hook: JsonText | null;
  readonly run: JsonText | null;
  /** On whose behalf it was written. */
  readonly package: PackageName | null;
  readonly maintainerScript: JsonText | null;
  /** From the process that wrote up to the command that Isotrace started. */
  readonly chain: readonly { readonly command: readonly JsonText[]; readonly executable: JsonText }[] | null;
}

export interface CulpritJson {
  readonly kind: Culprit["kind"];
  readonly name: JsonText;
  /** Of a package, if it is known. */
  readonly version: string | null;
}

export interface EvidenceJson {
  /** Members of the containers around it, outermost first. */
  readonly within: readonly JsonText[];
  /** Bytes from the start of the file or of the innermost member; null if it is of neither. */
  readonly offset: number | null;
  /** From 1; null in what is no text. */
  readonly line: number | null;
  /** At most 64. */
  readonly bytes: JsonText | null;
  readonly meaning: string | null;
}

export const json: FindingsFormat = {
  name: "json",
  print: (report, options) => `${JSON.stringify(findingsJson(report, options), null, 2)}\n`,
};

export function findingsJson(report: FindingsReport, options: Pick<Options, "isStable">): FindingsJson {
  const { build, complete, causes, listed, unexamined, hasBaseline, gone } = report;
  return {
    version: findingsVersion,
    build: options.isStable ? null : build,
    complete,
    causes,
    findings: listed.map((each) => findingJson(each, hasBaseline, options.isStable)),
    unexamined: unexamined.map(({ path, because }) => ({ path: jsonText(path), because })),
    gone: hasBaseline ? gone : null,
  };
}

function findingJson({ finding, isAccepted }: Listed, hasBaseline: boolean, isStable: boolean): FindingJson {
  const { path, source, confidence, culprits, reasons, evidence, places, remedy, fingerprint } = finding;
  const all = culprits.map(culpritJson);
  return {
    path: jsonText(path),
    source,
    confidence,
    culprit: all[0] ?? null,
    culprits: all,
    reasons,
    evidence: evidence.map((place) => evidenceJson(place, isStable)),
    places,
    remedy,
    fingerprint,
    accepted: hasBaseline ? isAccepted : null,
    ...storyJson(finding, isStable),
  };
}

function culpritJson({ kind, name, package: of }: Culprit): CulpritJson {
  return { kind, name: jsonText(name), version: of === null || of.version === "" ? null : of.version };
}

function evidenceJson({ within, offset, line, bytes, meaning }: Place, isStable: boolean): EvidenceJson {
  return {
    within: within.map(jsonText),
    offset: bytes === "" ? null : offset,
    line: line ?? null,
    bytes: isStable || bytes === "" ? null : jsonText(bytes),
    meaning: isStable ? null : meaning,
  };
}

function storyJson({ story, writer, culprits }: Finding, isStable: boolean) {
  const text = (bytes: string | null | undefined) => (bytes == null ? null : jsonText(bytes));
  const { stage = null, script = null, hook, run = null, maintainerScript, chain } = story ?? {};
  return {
    stage,
    script,
    hook: text(hook),
    run: isStable || run === null ? null : text(withoutSecrets([run])[0]),
    package: writer?.package ?? culprits.find(({ package: of }) => of !== null)?.package ?? null,
    maintainerScript: text(maintainerScript?.label),
    chain:
      isStable || chain === undefined
        ? null
        : chain.map(({ argv, executable }) => ({
            command: withoutSecrets(argv).map(jsonText),
            executable: jsonText(executable),
          })),
  };
}
