import { type JsonText, jsonText } from "../model/bytes.ts";
import type { Finding } from "./finding.ts";
import { type Source, sources } from "./source.ts";

/**
 * Findings that somebody has accepted: a file of JSON that is kept with the image's configuration.
 *
 *     { "isotraceBaseline": 1,
 *       "accepted": [ { "fingerprint", "source", "path", "culprit": { "kind", "name" } | null }, ... ] }
 *
 * Only the fingerprint counts. The rest is for whoever reads the file, and so is any other member of an entry, such as
 * a "comment" that says why it was accepted; when the file is written anew over an old one, those are kept.
 */
export interface Baseline {
  readonly accepted: readonly Accepted[];
}

export interface Accepted {
  readonly fingerprint: string;
  readonly source: Source;
  readonly path: JsonText;
  readonly culprit: { readonly kind: string; readonly name: JsonText } | null;
  readonly comment?: string;
}

/** Raised when an old reader would misunderstand the file. */
export const baselineVersion = 1;
/** A build has a few hundred findings. */
export const mostBaselineBytes = 32 << 20;
const mostAccepted = 100_000;

/** The file is no baseline: one line that says where and why. */
export class BaselineError extends Error {
  override readonly name = "BaselineError";
}

/** @param name of the file, for messages. @throws BaselineError */
export function parseBaseline(text: string, name: string): Baseline {
  const parsed = parse(text, name);
  if (!isObject(parsed) || parsed.isotraceBaseline === undefined) {
    throw new BaselineError(
      `${name}: not a baseline: it has no member "isotraceBaseline"; make one with isotrace findings --write-baseline`,
    );
  }
  const { isotraceBaseline: version, accepted } = parsed;
  if (version !== baselineVersion) {
    throw new BaselineError(
      `${name}: "isotraceBaseline" must be ${baselineVersion}, but it is ${shortened(version)}; take the Isotrace that wrote it, or write it anew`,
    );
  }
  if (!Array.isArray(accepted) || accepted.length > mostAccepted) {
    throw new BaselineError(
      `${name}: "accepted" must be a list of at most ${mostAccepted}, but it is ${Array.isArray(accepted) ? `one of ${accepted.length}` : shortened(accepted)}; write the baseline anew`,
    );
  }
  return { accepted: accepted.map((each: unknown, i) => acceptedOf(each, `${name}: accepted[${i}]`)) };
}

/** The findings as the baseline's file, in byte order of the fingerprints. Comments of the old one are kept. */
export function printBaseline(findings: readonly Finding[], old: Baseline | undefined): string {
  const comments = new Map((old?.accepted ?? []).map(({ fingerprint, comment }) => [fingerprint, comment]));
  const accepted = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  const entries = [...accepted.values()]
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    .map(({ fingerprint, source, path, culprits: [culprit] }): Accepted => {
      const comment = comments.get(fingerprint);
      return {
        fingerprint,
        source,
        path: jsonText(path),
        culprit: culprit === undefined ? null : { kind: culprit.kind, name: jsonText(culprit.name) },
        ...(comment === undefined ? {} : { comment }),
      };
    });
  return `${JSON.stringify({ isotraceBaseline: baselineVersion, accepted: entries }, null, 2)}\n`;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const because = (error as Error).message.slice(0, 200);
    throw new BaselineError(
      `${name}: not a baseline: not JSON (${because}); make one with --write-baseline`,
      {
        cause: error,
      },
    );
  }
}

function acceptedOf(each: unknown, where: string): Accepted {
  if (!isObject(each))
    throw new BaselineError(`${where} must be an object, but it is ${shortened(each)}; remove it`);
  const { fingerprint, source, path, culprit, comment } = each;
  if (typeof fingerprint !== "string" || !/^[0-9a-f]{32}$/.test(fingerprint)) {
    throw new BaselineError(
      `${where}.fingerprint must be 32 hexadecimal digits, but it is ${shortened(fingerprint)}; copy it from --format json`,
    );
  }
  return {
    fingerprint,
    source: sources.find((known) => known === source) ?? "unclassified",
    path: isJsonText(path) ? path : "",
    culprit:
      isObject(culprit) && typeof culprit.kind === "string" && isJsonText(culprit.name)
        ? { kind: culprit.kind, name: culprit.name }
        : null,
    ...(typeof comment === "string" ? { comment } : {}),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isJsonText(value: unknown): value is JsonText {
  return typeof value === "string" || (isObject(value) && typeof value.bytes === "string");
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? "not there";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
