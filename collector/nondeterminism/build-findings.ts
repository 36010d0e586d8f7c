import { changedArchives } from "../manifest/origins/states.ts";
import type { Material } from "../report/report.ts";
import type { Facts } from "./facts.ts";
import type { Culprit, Finding, Place } from "./finding.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { networkFindings } from "./network/findings.ts";

/** What is wrong with the build as a whole, and what it took from outside the archives. */
export function* buildFindings(material: Material, facts: Facts): Generator<Finding> {
  if (facts.epoch === undefined) yield withoutEpoch;
  yield* archiveFindings(material);
  yield* networkFindings(material);
}

const epochVariable: Culprit = { kind: "command", name: "SOURCE_DATE_EPOCH", package: null };

const withoutEpoch: Finding = {
  path: "",
  source: "timestamp",
  confidence: "high",
  reasons: ["SOURCE_DATE_EPOCH was not set for the build: live-build takes the current time for the image"],
  evidence: [],
  places: 0,
  culprits: [epochVariable],
  writer: undefined,
  story: undefined,
  remedy: "set SOURCE_DATE_EPOCH, for example to the Date of the archive's Release file",
  fingerprint: fingerprintOf({ source: "timestamp", path: "", culprit: epochVariable, directory: "" }),
};

const update: Culprit = { kind: "command", name: "apt-get update", package: null };

/** Archives of which the build saw two states: what it took from them depends on when it asked. */
function archiveFindings({ archives, build }: Material): Finding[] {
  return changedArchives(archives).map(({ archive, suite, states }) => {
    const what = suite === "" ? archive : `${archive}, suite ${suite},`;
    const places = states.map((state): Place => {
      const meaning =
        state.kind === "snapshot"
          ? `snapshot ${state.reference}`
          : `Release file of ${state.date === "" ? "unknown date" : state.date}, sha256 ${state.sha256}`;
      return { within: [], offset: 0, line: undefined, bytes: "", meaning };
    });
    return {
      path: "",
      source: "package-set",
      confidence: "high",
      reasons: [
        `the build saw the archive ${what} in more than one state: its packages depend on when it asked`,
      ],
      evidence: places.slice(0, mostPlaces),
      places: places.length,
      culprits: [update],
      writer: undefined,
      story: undefined,
      remedy: "let the whole build use one snapshot of the archive",
      fingerprint: fingerprintOf({
        source: "package-set",
        path: "",
        culprit: update,
        what: `${archive} ${suite}`,
        directory: build.directory,
      }),
    };
  });
}

const mostPlaces = 10;
