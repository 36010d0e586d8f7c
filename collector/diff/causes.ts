import { byteOrder } from "../manifest/build-manifest.ts";
import type { Culprit } from "../nondeterminism/finding.ts";
import { remedyFor } from "../nondeterminism/remedies.ts";
import { type Confidence, confidences, higher, type Source, sources } from "../nondeterminism/source.ts";
import type { Difference } from "./explain/difference.ts";
import { keyOf } from "./explain/explain.ts";

/** One thing to change, and all that differs because of it. */
export interface Cause {
  /** null if no writer is known. */
  readonly culprit: Culprit | null;
  /** Likeliest first: the culprit, and others that some of the paths could be due to. */
  readonly culprits: readonly Culprit[];
  readonly source: Source;
  readonly confidence: Confidence;
  readonly reasons: readonly string[];
  /** In byte order. */
  readonly paths: readonly string[];
  readonly remedy: string;
}

/** The causes of differences that are no effects, the likeliest first. */
export function causesOf(differences: readonly Difference[]): Cause[] {
  const groups = new Map<
    string,
    { source: Source; confidence: Confidence; culprits: Culprit[]; reasons: Set<string>; paths: string[] }
  >();
  for (const { path, culprits, explanations } of differences) {
    for (const explained of told(explanations)) {
      const own = explained.culprits ?? culprits;
      const key = `${explained.source}\0${own[0] === undefined ? "" : keyOf(own[0])}`;
      const group = groups.get(key) ?? {
        source: explained.source,
        confidence: "low",
        culprits: [],
        reasons: new Set(),
        paths: [],
      };
      groups.set(key, group);
      group.confidence = higher(group.confidence, explained.confidence);
      for (const reason of explained.reasons) group.reasons.add(reason);
      for (const each of own)
        if (!group.culprits.some((known) => keyOf(known) === keyOf(each))) group.culprits.push(each);
      group.paths.push(path);
    }
  }
  return [...groups.values()].map(finished).sort(byLikelihood);
}

/** What is known for certain; where nothing is, what is likeliest. */
function told(explanations: Difference["explanations"]): Difference["explanations"] {
  const certain = explanations.filter(({ confidence }) => confidence !== "low");
  return certain.length > 0 ? certain : explanations.slice(0, 1);
}

function finished(group: Omit<Cause, "culprit" | "reasons" | "remedy"> & { reasons: Set<string> }): Cause {
  const { source, culprits, paths, reasons } = group;
  const sorted = [...paths].sort(byteOrder);
  const [culprit = null] = culprits;
  const remedy = remedyFor(source, sorted[0]!, culprit ?? undefined);
  return { ...group, culprit, paths: sorted, reasons: [...reasons].sort(), remedy };
}

/** Causes that name what to do before those that do not; times of files last, since live-build clamps most of them. */
function byLikelihood(a: Cause, b: Cause): number {
  return (
    rank(a) - rank(b) ||
    confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence) ||
    b.paths.length - a.paths.length ||
    sources.indexOf(a.source) - sources.indexOf(b.source) ||
    byteOrder(a.paths[0]!, b.paths[0]!)
  );
}

function rank({ source }: Cause): number {
  if (source === "package-set") return 0;
  if (source === "file-metadata") return 3;
  return source === "unclassified" ? 2 : 1;
}
