import { mkdirSync } from "node:fs";
import { compareBuilds, type Difference, keyOf } from "./compare.ts";
import { type Ground, runExperiment } from "./run-experiment.ts";
import { type Cause, causes, mostExperiments, nextExperiment } from "./search.ts";
import { identityOf, loadState, type State, saveState } from "./state.ts";
import { plain, settingOf } from "./variations.ts";

/** A difference, and which variation causes it. */
export interface Explained extends Difference {
  readonly cause: Cause;
}

export interface Verdict {
  readonly builds: number;
  readonly varied: readonly string[];
  /** In byte order of their paths; empty: reproducible under everything that was varied. */
  readonly differences: readonly Explained[];
}

/**
 * Builds a tree again and again, with everything varied, with nothing varied, and then with halves of what can be the cause of a
 * difference, until each has its cause. Goes on where it was interrupted.
 * @param say tells the user what is being done.
 * @throws ExperimentError
 */
export async function reproduce(
  ground: Ground,
  varied: readonly string[],
  say: (line: string) => void,
): Promise<Verdict> {
  mkdirSync(ground.work, { recursive: true });
  const state = loadState(ground.work, identityOf(ground.source, ground.command, varied));
  say(
    `at least 2 builds, at most ${1 + mostExperiments(varied)}; ${varied.length} variations: ${varied.join(", ")}`,
  );
  if (state.base !== undefined) say(`going on: ${1 + state.done.length} builds are made already`);
  await makeBase(ground, state, say);
  for (;;) {
    const next = nextExperiment(varied, experimentsOf(state));
    if (next === undefined) break;
    await makeExperiment(ground, state, next, varied, say);
  }
  return verdictOf(state, varied);
}

async function makeBase(ground: Ground, state: State, say: (line: string) => void): Promise<void> {
  if (state.base !== undefined) return;
  say("build 1: nothing varied");
  const begun = performance.now();
  const out = await runExperiment(ground, "base", plain);
  state.base = { out, seconds: (performance.now() - begun) / 1000 };
  saveState(ground.work, state);
  say(`it took ${state.base.seconds.toFixed(0)} s; so will each of the others`);
}

async function makeExperiment(
  ground: Ground,
  state: State,
  names: readonly string[],
  all: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const name = names.length === all.length ? "all" : names.length === 0 ? "none" : names.join("+");
  say(`build ${state.done.length + 2}: ${names.length === 0 ? "nothing" : names.join(", ")} varied`);
  const out = await runExperiment(ground, name, settingOf(new Set(names)));
  const differences = await compareBuilds(state.base!.out, out);
  state.done.push({ name, varied: names, differences });
  saveState(ground.work, state);
  say(differences.length === 0 ? "nothing differs" : `${differences.length} differences`);
}

function experimentsOf(state: State) {
  return state.done.map(({ varied, differences }) => ({ varied, differing: differences.map(keyOf) }));
}

function verdictOf(state: State, varied: readonly string[]): Verdict {
  const found = causes(varied, experimentsOf(state));
  const seen = new Map<string, Difference>();
  // What the build with the least varied shows is the purest.
  const purest = state.done.toSorted((a, b) => a.varied.length - b.varied.length);
  for (const each of purest.flatMap(({ differences }) => differences))
    if (!seen.has(keyOf(each))) seen.set(keyOf(each), each);
  const differences = [...seen].flatMap(([key, each]) => {
    const cause = found.get(key);
    return cause === undefined ? [] : [{ ...each, cause }];
  });
  return {
    builds: 1 + state.done.length,
    varied,
    differences: differences.sort((a, b) => byteOrder(keyOf(a), keyOf(b))),
  };
}

function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
