import { byteOrder } from "../manifest/build-manifest.ts";
import { shown } from "../model/bytes.ts";
import type { Material } from "../report/report.ts";
import { programOf } from "../story/names.ts";
import type { Writer } from "../story/writers.ts";
import { buildFindings } from "./build-findings.ts";
import { byBlame, culpritsOf } from "./culprit.ts";
import { detectors } from "./detectors.ts";
import { type Facts, factsOf } from "./facts.ts";
import type { Finding, Observation } from "./finding.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { remedyFor } from "./remedies.ts";
import { confidences, higher, type Source, sources } from "./source.ts";
import type { Subject } from "./subject.ts";
import { membersOf, subjectsOf } from "./subjects.ts";

/** What will be another in the next build of the same input, and what could not be looked at. */
export interface Examination {
  /** Most certain first, then by path. */
  readonly findings: readonly Finding[];
  /** In byte order of the paths. */
  readonly unexamined: readonly Unexamined[];
}

/** A file, or a part of one, of which nothing is known. */
export interface Unexamined {
  /** A byte string. */
  readonly path: string;
  /** One line. */
  readonly because: string;
}

/** Places that a finding names; a cache of fonts would have thousands. */
const mostPlaces = 10;
/** Containers in containers that are opened: a tar in a gzip in an ar is three. */
const deepest = 4;

/** The findings alone. */
export function findingsOf(material: Material): readonly Finding[] {
  return examine(material).findings;
}

export function examine(material: Material): Examination {
  const facts = factsOf(material.build);
  const findings = [...buildFindings(material, facts)];
  const unexamined: Unexamined[] = [];
  for (const subject of subjectsOf(material)) {
    findings.push(...ofSubject(subject, facts, unexamined));
  }
  return { findings: findings.sort(byCertainty), unexamined };
}

function byCertainty(a: Finding, b: Finding): number {
  return (
    confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence) ||
    byteOrder(a.path, b.path) ||
    sources.indexOf(a.source) - sources.indexOf(b.source) ||
    byteOrder(a.fingerprint, b.fingerprint)
  );
}

function ofSubject(subject: Subject, facts: Facts, unexamined: Unexamined[]): Finding[] {
  const bySource = new Map<Source, Observation[]>();
  for (const observation of observe(subject, facts, unexamined, 0)) {
    const known = bySource.get(observation.source);
    if (known === undefined) bySource.set(observation.source, [observation]);
    else known.push(observation);
  }
  return [...bySource].map(([source, observations]) => combine(subject, facts, source, observations));
}

/** What detectors see in a file and in its members. One that fails does not keep the others from looking. */
function* observe(
  subject: Subject,
  facts: Facts,
  unexamined: Unexamined[],
  depth: number,
): Generator<Observation> {
  const { path, problem } = subject;
  const where = subject.within.length === 0 ? "" : `${subject.within.map(shown).join(" / ")}: `;
  if (problem !== "") unexamined.push({ path, because: `${where}${problem}` });
  for (const detector of detectors) {
    try {
      yield* detector.examine(subject, facts);
    } catch (error) {
      const because = `${where}detector "${detector.name}" failed: ${shown((error as Error).message)}`;
      unexamined.push({ path, because });
    }
  }
  if (depth >= deepest) return;
  for (const member of membersOf(subject)) yield* observe(member, facts, unexamined, depth + 1);
}

function combine(
  { path, writers }: Subject,
  facts: Facts,
  source: Source,
  observations: readonly Observation[],
): Finding {
  const places = observations.flatMap(({ place }) => (place === undefined ? [] : [place]));
  const ranked = byBlame(writers, source);
  const culprits = culpritsOf(ranked);
  const [culprit] = culprits;
  const [writer] = ranked;
  return {
    path,
    source,
    confidence: observations.map(({ confidence }) => confidence).reduce(higher),
    reasons: [...new Set(observations.map(({ reason }) => reason))],
    evidence: places.slice(0, mostPlaces),
    places: places.length,
    culprits,
    writer,
    story: writer?.story,
    remedy: remedyFor(source, path, culprit, { program: programOfWriter(writer) }),
    fingerprint: fingerprintOf({ source, path, culprit, directory: facts.directory }),
  };
}

function programOfWriter(writer: Writer | undefined): string {
  const [command] = writer?.story.chain ?? [];
  return command === undefined ? "" : programOf(command);
}
