import { parseArgs } from "node:util";
import { buildCorpus, first, second } from "../corpus/build.ts";
import { isAt, readCases } from "../corpus/cases.ts";
import { differing } from "../corpus/differing.ts";
import { readDiff, readFindings } from "../corpus/reported.ts";
import { describeScore, score } from "../corpus/score.ts";
import { findMirror } from "../e2e/lib/mirror.ts";

const usage = `npm run bench:accuracy

Builds the corpus twice under Isotrace, and compares what \`isotrace findings\` tells of the first build, and what
\`isotrace diff\` tells of the two, with what each case says of itself.
  --keep   use the builds of the last run
`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const cases = readCases();
  const mirror = await findMirror();
  const builds = [];
  for (const how of [first, second]) builds.push(await buildCorpus(cases, how, mirror, values.keep === true));
  const [a, b] = [builds[0]!, builds[1]!];
  const truths = cases.flatMap((each) => each.truths);
  const decoys = cases.filter((each) => each.truths.length === 0).length;
  process.stdout.write(
    `${cases.length} cases, ${decoys} of them decoys, ${truths.length} things that differ\n`,
  );
  const differ = differing(a.tree, b.tree);
  const found = await readFindings(a.out);
  process.stdout.write(`\nfrom one build\n\n${describeScore(score(truths, found, differ))}\n`);
  const real = truths.filter((truth) => differ.some((path) => isAt(truth, path)));
  process.stdout.write(
    `\nfrom two builds: ${differ.length} paths differ, ${real.length} of the cases' ${truths.length}\n\n`,
  );
  process.stdout.write(`${describeScore(score(real, await readDiff(a.out, b.out), differ))}\n`);
  return 0;
}

process.exitCode = await main();
