import type { Build } from "../../model/build.ts";
import type { Baseline } from "../baseline.ts";
import type { Examination, Unexamined } from "../find.ts";
import type { Finding } from "../finding.ts";
import { type Confidence, confidences } from "../source.ts";

/** At which findings a job fails: those of a confidence and above, or those that the baseline does not accept. */
export type Level = Confidence | "new";
export const levels: readonly Level[] = [...confidences, "new"];

/** What every format prints. */
export interface FindingsReport {
  /** The build's id. */
  readonly build: string;
  readonly complete: boolean;
  /** Why it is not. */
  readonly causes: readonly string[];
  /** Most certain first, then by path. */
  readonly listed: readonly Listed[];
  readonly unexamined: readonly Unexamined[];
  readonly hasBaseline: boolean;
  /** How many accepted findings the build does not have any more. */
  readonly gone: number;
}

export interface Listed {
  readonly finding: Finding;
  /** The baseline has it. */
  readonly isAccepted: boolean;
  /** A job fails because of it. Where no level was given, every one that is not accepted. */
  readonly isFailing: boolean;
}

export function reportOf(
  build: Build,
  { findings, unexamined }: Examination,
  baseline?: Baseline,
  level?: Level,
): FindingsReport {
  const accepted = new Set((baseline?.accepted ?? []).map(({ fingerprint }) => fingerprint));
  const found = new Set(findings.map(({ fingerprint }) => fingerprint));
  return {
    build: build.id,
    ...build.causes(),
    listed: findings.map((finding) => {
      const isAccepted = accepted.has(finding.fingerprint);
      return { finding, isAccepted, isFailing: !isAccepted && isAtOrAbove(finding, level) };
    }),
    unexamined,
    hasBaseline: baseline !== undefined,
    gone: [...accepted].filter((fingerprint) => !found.has(fingerprint)).length,
  };
}

function isAtOrAbove({ confidence }: Finding, level: Level | undefined): boolean {
  if (level === undefined || level === "new") return true;
  return confidences.indexOf(confidence) <= confidences.indexOf(level);
}
