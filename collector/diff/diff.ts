import { byteOrder } from "../manifest/build-manifest.ts";
import { type Aspect, aspectsOf } from "./aspects.ts";
import { type Cause, causesOf } from "./causes.ts";
import { type LoneCommands, loneCommands } from "./commands.ts";
import { type Comparison, compareStates } from "./compare.ts";
import { type Effect, effectsOf } from "./effects.ts";
import { ChangedPackages } from "./explain/changed-packages.ts";
import type { Change, Difference } from "./explain/difference.ts";
import { explainAll } from "./explain/explain.ts";
import { type PackageDifference, packageDifferences } from "./packages.ts";
import { contentOf, linksOf } from "./side/entry-key.ts";
import type { Evidence, Question } from "./side/evidence.ts";
import type { Side } from "./side/side.ts";
import type { State } from "./side/state.ts";

/** What differs between two builds, and because of what. */
export interface Diff {
  readonly a: State;
  readonly b: State;
  /** `unknown`: nothing is known to differ, but not everything could be compared. */
  readonly verdict: "same" | "differ" | "unknown";
  readonly comparison: Comparison;
  /** In byte order of the paths. */
  readonly differences: readonly Difference[];
  readonly causes: readonly Cause[];
  readonly effects: readonly Effect[];
  /** Of every system of the builds: only those of the image are a part of the verdict. */
  readonly packages: readonly PackageDifference[];
  readonly commands: LoneCommands;
}

/** Compares the final states of two builds, and explains every difference. */
export async function diffOf(a: Side, b: Side): Promise<Diff> {
  const comparison = compareStates(a.state, b.state);
  const questions = comparison.paths.map(({ path }) => questionOf(path, a.state, b.state));
  const [ofA, ofB] = await Promise.all([a.evidence(questions), b.evidence(questions)]);
  return explained(a.state, b.state, comparison, ofA, ofB);
}

function explained(
  a: State,
  b: State,
  comparison: Comparison,
  ofA: readonly Evidence[],
  ofB: readonly Evidence[],
): Diff {
  const changes = comparison.paths.flatMap(({ path, presence }, i): Change[] => {
    const [one, other] = [ofA[i]!, ofB[i]!];
    const aspects = aspectsOfPath(path, presence, one, other, a, b);
    return aspects.length === 0 ? [] : [{ path, presence, aspects, a: one, b: other }];
  });
  const packages = packageDifferences(a.packages, b.packages);
  const differences = explainAll(changes, a, b, new ChangedPackages(packages));
  const effects = effectsOf(differences);
  const written = { a: writtenBy(changes, "a"), b: writtenBy(changes, "b") };
  return {
    a,
    b,
    verdict: verdictOf(comparison, changes, packages),
    comparison,
    differences,
    causes: causesOf(differences.filter(({ path }) => !effects.has(path))),
    effects: [...effects.values()].sort((one, other) => byteOrder(one.path, other.path)),
    packages,
    commands: loneCommands(a, b, written),
  };
}

/** What of a path will be asked about: only where nothing but its metadata differs is that the question. */
function questionOf(path: string, a: State, b: State): Question {
  const [one, other] = [keyOf(path, a), keyOf(path, b)];
  if (one === undefined || other === undefined) return { path, about: "content" };
  return { path, about: contentOf(one) === contentOf(other) ? "metadata" : "content" };
}

function keyOf(path: string, state: State): string | undefined {
  const isBinary = path === "/binary" || path.startsWith("/binary/");
  return (isBinary ? state.binary : state.tree)?.entries.get(path);
}

function aspectsOfPath(
  path: string,
  presence: Change["presence"],
  a: Evidence,
  b: Evidence,
  ...[stateA, stateB]: [State, State]
): Aspect[] {
  if (presence !== "both") return ["presence"];
  if (a.entry === undefined || b.entry === undefined) return ["content"];
  const [one, other] = [keyOf(path, stateA), keyOf(path, stateB)];
  const links = one !== undefined && other !== undefined && linksOf(one) !== linksOf(other);
  return aspectsOf(a.entry, b.entry, links);
}

/** By the arguments of a command, the paths that it wrote. */
function writtenBy(changes: readonly Change[], side: "a" | "b"): Map<string, string[]> {
  const written = new Map<string, string[]>();
  for (const change of changes) {
    for (const { command } of change[side].writers) {
      const paths = written.get(command);
      if (paths === undefined) written.set(command, [change.path]);
      else paths.push(change.path);
    }
  }
  return written;
}

function verdictOf(
  { unknown }: Comparison,
  changes: readonly Change[],
  packages: readonly PackageDifference[],
): Diff["verdict"] {
  if (changes.length > 0 || packages.some(({ where }) => where === "image")) return "differ";
  return unknown.length > 0 ? "unknown" : "same";
}
