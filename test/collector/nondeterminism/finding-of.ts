import type { Finding } from "../../../collector/nondeterminism/finding.ts";

/** A finding that has all parts, unless told otherwise. */
export function findingOf(facts: Partial<Finding> = {}): Finding {
  return {
    path: "/etc/made",
    source: "timestamp",
    confidence: "high",
    reasons: ["a time of the build, in decimal seconds"],
    evidence: [
      {
        within: [],
        offset: 42,
        line: 3,
        bytes: "1700000001",
        meaning: "2023-11-14T22:13:21Z, decimal seconds",
      },
    ],
    places: 1,
    culprits: [{ kind: "hook", name: "0500-a.hook.chroot", package: null }],
    writer: undefined,
    story: undefined,
    remedy: "write SOURCE_DATE_EPOCH",
    fingerprint: "0123456789abcdef0123456789abcdef",
    ...facts,
  };
}
