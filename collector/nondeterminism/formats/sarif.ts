import type { Culprit, Finding, Place } from "../finding.ts";
import type { Confidence } from "../source.ts";
import type { FindingsFormat } from "./format.ts";
import { culpritText, pathText, printable, whereText } from "./phrases.ts";
import type { FindingsReport, Listed } from "./report.ts";
import { rules } from "./rules.ts";

/** GitHub keeps as many, the most severe ("SARIF results exceed limit" in its documentation). */
export const mostResults = 5_000;
/** GitHub shows as many of a result. */
export const mostLocations = 100;
const mostNotifications = 100;

/**
 * SARIF 2.1.0 (OASIS, 27 March 2020), with what GitHub's code scanning asks for beside it. Paths are relative to the
 * image's root; those of `binary/` begin with that. Nothing in it is of this build alone, so that two builds of one
 * image give the same file.
 */
export const sarif: FindingsFormat = {
  name: "sarif",
  print: (report) => `${JSON.stringify(sarifLog(report), null, 2)}\n`,
};

export function sarifLog(report: FindingsReport) {
  const kept = report.listed.slice(0, mostResults);
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Isotrace", rules: rules.map(descriptor) } },
        originalUriBaseIds: {
          [base]: {
            description: { text: "The root of the image's file system; binary/ is live-build's directory." },
          },
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications(report) }],
        results: kept.map((each) => result(each, report.hasBaseline)),
        properties: { complete: report.complete, unexamined: report.unexamined.length },
      },
    ],
  };
}

const base = "IMAGE";

const levels: Record<Confidence, "error" | "warning" | "note"> = {
  high: "error",
  medium: "warning",
  low: "note",
};

function descriptor({ id, name, short, help, uri }: (typeof rules)[number]) {
  return {
    id,
    name,
    shortDescription: { text: short },
    fullDescription: { text: `${short} Two builds of the same input will differ in it.` },
    help: { text: `${help} See ${uri}`, markdown: `${help} See [reproducible-builds.org](${uri}).` },
    helpUri: uri,
    defaultConfiguration: { level: "warning" },
    properties: { tags: ["reproducibility"] },
  };
}

/** What is missing comes first. */
function notifications({ causes, listed, unexamined }: FindingsReport) {
  const left = listed.length - mostResults;
  const lines = [
    ...causes.map((cause) => ["error", `INCOMPLETE recording: ${printable(cause)}`] as const),
    ...(left > 0
      ? [["warning", `${left} findings of the lowest confidence are left out: see --format json`] as const]
      : []),
    ...unexamined.map(
      ({ path, because }) => ["note", `not examined: ${pathText(path)}: ${printable(because)}`] as const,
    ),
  ];
  return lines.slice(0, mostNotifications).map(([level, text]) => ({ level, message: message(text) }));
}

function result({ finding, isAccepted }: Listed, hasBaseline: boolean) {
  const { source, confidence, culprits, fingerprint, places, remedy, reasons } = finding;
  const [culprit] = culprits;
  return {
    ruleId: source,
    ruleIndex: rules.findIndex(({ id }) => id === source),
    level: levels[confidence],
    message: message(
      `${pathText(finding.path)}: ${reasons.map(printable).join("; ")}. Because of ${culpritText(culprit)}. Fix: ${remedy}.`,
    ),
    locations: locations(finding),
    partialFingerprints: { "isotrace/v1": fingerprint, primaryLocationLineHash: fingerprint },
    ...(hasBaseline ? { baselineState: isAccepted ? "unchanged" : "new" } : {}),
    ...(isAccepted
      ? { suppressions: [{ kind: "external", justification: "accepted by the baseline" }] }
      : {}),
    properties: { confidence, places, remedy, culprits: culprits.map(culpritText) },
  };
}

function locations(finding: Finding) {
  const { path, evidence, culprits } = finding;
  const artifactLocation = { uri: uriOf(path), uriBaseId: base };
  const logicalLocations = culprits.slice(0, 1).map(logicalLocation);
  const places = evidence.length === 0 ? [undefined] : evidence.slice(0, mostLocations);
  return places.map((place) => ({
    // GitHub asks for a line, also of what has none.
    physicalLocation: {
      artifactLocation,
      region: { startLine: place?.within.length === 0 ? (place.line ?? 1) : 1 },
    },
    ...(logicalLocations.length === 0 ? {} : { logicalLocations }),
    ...(place === undefined ? {} : described(place)),
  }));
}

function described(place: Place) {
  const where = whereText(place);
  return where === "" ? {} : { message: message(where) };
}

function logicalLocation(culprit: Culprit) {
  const { kind } = culprit;
  const text = culpritText(culprit);
  return {
    name: text.slice(kind.length + 1),
    fullyQualifiedName: text,
    kind: kind === "package" ? "package" : "function",
  };
}

/** A relative reference (RFC 3986, section 4.2) of the path's bytes; of the build as a whole, the root. */
function uriOf(path: string): string {
  const relative = path.replace(/^\/+/, "");
  if (relative === "") return ".";
  return relative.replace(
    /[^A-Za-z0-9._~/-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** Braces stand for arguments in a message, and `[text](target)` is a link (SARIF 2.1.0, sections 3.11.5 and 3.11.6). */
function message(text: string) {
  return { text: text.replace(/[{}]/g, "$&$&").replace(/\[(?=[^\]]*\]\()/g, "\\[") };
}
