import type { Culprit } from "../../nondeterminism/finding.ts";
import { type Context, Contexts } from "../content/context.ts";
import { type Reading, spot, unexplained } from "../content/reading.ts";
import { compareTexts } from "../content/texts.ts";
import type { State } from "../side/state.ts";
import type { ChangedPackages } from "./changed-packages.ts";
import { bySource, explainContent } from "./content.ts";
import { type Change, type Difference, type Explanation, explanation } from "./difference.ts";
import { explainMetadata } from "./metadata.ts";
import { nameOf, renamedPaths, topmostLone } from "./renamed.ts";

/** Because of what each path differs. */
export function explainAll(
  changes: readonly Change[],
  a: State,
  b: State,
  packages: ChangedPackages,
): Difference[] {
  const contexts = new Contexts(a.facts, b.facts, packages.areInImage);
  const renamed = renamedPaths(changes);
  const topOf = topmostLone(changes);
  const changed = new Map(changes.map((change) => [change.path, change]));
  const byPath = new Map<string, Difference>();
  // In byte order, so that a directory comes before what is in it.
  for (const change of changes) {
    const counterpart = renamed.get(change.path);
    const context = contextOf(change, changed.get(counterpart ?? ""), contexts);
    const top = byPath.get(topOf(change.path));
    const { explanations, notes } = explain(change, counterpart, top, context, packages);
    const own = explanations[0]?.culprits ?? culpritsOf(change);
    const culprits = own.length > 0 ? own : (top?.culprits ?? []);
    byPath.set(change.path, { ...change, explanations, culprits, counterpart, notes });
  }
  return [...byPath.values()];
}

/** Of a path that is called otherwise in the other build, that build's evidence is of the other name. */
function contextOf(change: Change, counterpart: Change | undefined, contexts: Contexts): Context {
  if (counterpart === undefined) return contexts.of(change.a, change.b);
  return change.presence === "A"
    ? contexts.of(change.a, counterpart.b)
    : contexts.of(counterpart.a, change.b);
}

interface Explained {
  readonly explanations: readonly Explanation[];
  readonly notes: readonly string[];
}

function explain(
  change: Change,
  counterpart: string | undefined,
  top: Difference | undefined,
  context: Context,
  packages: ChangedPackages,
): Explained {
  const shipped = packages.ofShipped(change);
  if (shipped !== undefined) return { explanations: [shipped], notes: [] };
  const explained = explainOwn(change, counterpart, top, context);
  if (explained.explanations.some(({ source }) => source !== "unclassified")) return explained;
  const ofWriter = packages.ofWriter(change);
  if (ofWriter !== undefined) return { ...explained, explanations: [ofWriter] };
  const ranOnce = ranInOneBuildOnly(change);
  if (ranOnce === undefined) return explained;
  const [first] = explained.explanations;
  return { ...explained, explanations: [{ ...first!, reasons: [...first!.reasons, ranOnce] }] };
}

function explainOwn(
  change: Change,
  counterpart: string | undefined,
  top: Difference | undefined,
  context: Context,
): Explained {
  const { aspects, presence } = change;
  if (counterpart !== undefined) return { explanations: ofName(change, counterpart, context), notes: [] };
  if (presence !== "both") {
    if (top !== undefined) return { explanations: top.explanations.map(inOne), notes: [] };
    return { explanations: [explanation("unclassified", "low", [`it is in ${presence} only`])], notes: [] };
  }
  if (aspects.includes("type"))
    return { explanations: [explanation("unclassified", "low", ["it is of another type"])], notes: [] };
  if (aspects.includes("content")) return explainContent(change, context);
  if (aspects.includes("target")) return { explanations: ofTarget(change, context), notes: [] };
  return { explanations: [explainMetadata(change, context)], notes: [] };
}

function inOne(explained: Explanation): Explanation {
  return { ...explained, reasons: ["it is in a directory that is in one build only, or has another name"] };
}

function ofName({ path, presence }: Change, counterpart: string, context: Context): Explanation[] {
  const [a, b] = presence === "A" ? [path, counterpart] : [counterpart, path];
  const explained = bySource(textReadings(nameOf(a), nameOf(b), context));
  return explained.map((each) => ({
    ...each,
    reasons: ["its name is another in each build", ...each.reasons.map((reason) => `in the name: ${reason}`)],
  }));
}

function ofTarget({ a, b }: Change, context: Context): Explanation[] {
  const explained = bySource(textReadings(a.entry?.target ?? "", b.entry?.target ?? "", context));
  return explained.map((each) => ({ ...each, reasons: ["the link leads elsewhere", ...each.reasons] }));
}

function textReadings(a: string, b: string, context: Context): Reading[] {
  return compareTexts(a, b, context).map(({ a: one, b: other, verdict }) => ({
    ...(verdict ?? unexplained),
    within: [],
    a: spot(one.text, one.start, undefined),
    b: spot(other.text, other.start, undefined),
  }));
}

/** A writer of one build that the other does not have. */
function ranInOneBuildOnly({ presence, a, b }: Change): string | undefined {
  if (presence !== "both") return undefined;
  const [one, other] = [a, b].map(({ writers }) => new Set(writers.map(({ identity }) => identity)));
  const isIn = (of: Set<string>, without: Set<string>) => [...of].some((identity) => !without.has(identity));
  if (isIn(one!, other!) || isIn(other!, one!))
    return "it was not written by the same commands in both builds";
  return undefined;
}

/** Those that both builds name before those of one. */
function culpritsOf({ presence, a, b }: Change): Culprit[] {
  if (presence !== "both") {
    const [own, other] = presence === "A" ? [a, b] : [b, a];
    return unique([...own.culprits, ...other.culprits]);
  }
  const rank = (list: readonly Culprit[], culprit: Culprit) => {
    const at = list.findIndex((each) => keyOf(each) === keyOf(culprit));
    return at < 0 ? list.length + 1 : at;
  };
  const all = unique([...a.culprits, ...b.culprits]);
  return all
    .map((culprit, i) => ({ culprit, i, rank: rank(a.culprits, culprit) + rank(b.culprits, culprit) }))
    .sort((one, other) => one.rank - other.rank || one.i - other.i)
    .map(({ culprit }) => culprit);
}

export function keyOf({ kind, name }: Culprit): string {
  return `${kind}\0${name}`;
}

function unique(culprits: readonly Culprit[]): Culprit[] {
  const byKey = new Map<string, Culprit>();
  for (const each of culprits) if (!byKey.has(keyOf(each))) byKey.set(keyOf(each), each);
  return [...byKey.values()];
}
