import type { Detector } from "../detector.ts";
import type { Relative } from "../family.ts";

/** Several processes that wrote one file at the same time: what comes first is decided by chance. */
export const concurrentWriters: Detector = {
  name: "concurrent writers",
  *examine({ family, within, writers }) {
    if (within.length > 0) return;
    const appended = writers.filter(({ operation }) => /write/.test(operation));
    const processes = new Set(appended.map(({ process }) => process));
    const present = family.filter(({ role, process }) => role === "writer" && processes.has(process));
    if (!present.some((a, i) => present.some((b, j) => i < j && areConcurrent(a, b)))) return;
    yield {
      source: "ordering",
      confidence: "medium",
      reason: "several processes wrote it at the same time",
      place: undefined,
    };
  },
};

/** Both were running, for one shell, and neither had started the other. */
function areConcurrent(a: Relative, b: Relative): boolean {
  if (a.process === b.process || a.parent === b.process || b.parent === a.process) return false;
  if (a.parent !== b.parent || a.parent === 0) return false;
  return a.start < b.end && b.start < a.end && Number.isFinite(Math.min(a.end, b.end));
}
