import { isAt, type Truth } from "./cases.ts";
import type { Reported } from "./reported.ts";

/** How what was reported compares with what is true. */
export interface Score {
  /** By source: how many there are, were found as that source, were reported, and of those were right. */
  readonly bySource: ReadonlyMap<string, { true: number; found: number; reported: number; right: number }>;
  /** Found in whatever class. */
  readonly foundAtAll: number;
  readonly total: number;
  readonly firstCulprit: number;
  readonly amongThree: number;
  readonly attributed: number;
  readonly missed: readonly Truth[];
  readonly wrong: readonly Reported[];
  readonly blamed: readonly Reported[];
  /** Reported at low confidence: neither counted as found nor as wrong. */
  readonly low: number;
}

/** @param alsoTrue paths that truly differ though no case says so: to report them is not wrong. */
export function score(
  truths: readonly Truth[],
  all: readonly Reported[],
  alsoTrue: readonly string[] = [],
): Score {
  const reported = all.filter(({ confidence }) => confidence !== "low");
  const bySource = new Map<string, { true: number; found: number; reported: number; right: number }>();
  const of = (source: string) => {
    const known = bySource.get(source) ?? { true: 0, found: 0, reported: 0, right: 0 };
    bySource.set(source, known);
    return known;
  };
  const missed: Truth[] = [];
  let foundAtAll = 0;
  for (const truth of truths) {
    const line = of(truth.sources[0]!);
    line.true++;
    const here = reported.filter(({ path }) => isAt(truth, path));
    if (here.length > 0) foundAtAll++;
    if (here.some(({ source }) => truth.sources.some((each) => each === source))) line.found++;
    else missed.push(truth);
  }
  const wrong: Reported[] = [];
  const blamed: Reported[] = [];
  let [firstCulprit, amongThree, attributed] = [0, 0, 0];
  for (const each of reported) {
    const line = of(each.source);
    const truth = truths.find((one) => isAt(one, each.path));
    line.reported++;
    if (
      truth?.sources.some((source) => source === each.source) ||
      (truth === undefined && alsoTrue.includes(each.path))
    )
      line.right++;
    else wrong.push(each);
    if (truth === undefined) continue;
    attributed++;
    const culprit = `${truth.culprit.kind} ${truth.culprit.name}`;
    if (each.culprits[0] === culprit) firstCulprit++;
    else blamed.push(each);
    if (each.culprits.slice(0, 3).includes(culprit)) amongThree++;
  }
  const low = all.length - reported.length;
  const total = truths.length;
  return { bySource, foundAtAll, total, firstCulprit, amongThree, attributed, missed, wrong, blamed, low };
}

/** As text: a table, the figures, and what was missed or wrong. */
export function describeScore(scored: Score): string {
  const rows = [...scored.bySource].sort(([a], [b]) => (a < b ? -1 : 1));
  const sum = rows.reduce(
    (all, [, each]) => ({
      true: all.true + each.true,
      found: all.found + each.found,
      reported: all.reported + each.reported,
      right: all.right + each.right,
    }),
    { true: 0, found: 0, reported: 0, right: 0 },
  );
  const line = (name: string, { true: total, found, reported, right }: typeof sum) =>
    `${name.padEnd(22)}${total.toString().padStart(5)}${part(found, total).padStart(9)}${reported.toString().padStart(10)}${part(right, reported).padStart(11)}`;
  return [
    `${"source".padEnd(22)} true   recall  reported  precision`,
    ...rows.map(([source, each]) => line(source, each)),
    line("all", sum),
    "",
    `found in whatever class: ${part(scored.foundAtAll, scored.total)} (${scored.foundAtAll} of ${scored.total})`,
    `right culprit first: ${part(scored.firstCulprit, scored.attributed)}, among the first three: ${part(scored.amongThree, scored.attributed)}`,
    `at low confidence, not counted: ${scored.low}`,
    ...scored.missed.map(({ case: name, path, sources }) => `missed: ${path} ${sources.join("|")} (${name})`),
    ...scored.wrong.map(({ path, source, confidence }) => `wrong: ${path} ${source} (${confidence})`),
    ...scored.blamed.map(
      ({ path, culprits }) => `blamed: ${path}: ${culprits.slice(0, 3).join(", ") || "nobody"}`,
    ),
  ].join("\n");
}

function part(of: number, all: number): string {
  return all === 0 ? "-" : (of / all).toFixed(3);
}
