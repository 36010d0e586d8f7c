import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { differing } from "../../corpus/differing.ts";
import { readDiff, readFindings } from "../../corpus/reported.ts";
import { buildEnvironment, type Configuration, freshBuild, removeBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { observe } from "../lib/observe.ts";
import { workspace } from "../lib/paths.ts";

const usage = `npm run check:twice [-- --only minimal|realistic] [--keep]

Builds the realistic example configuration twice in one place under Isotrace, unpacks what the two images hold and compares
that by itself. \`isotrace diff\` must report exactly the paths that differ, each with a culprit; what \`isotrace
findings\` told of the first build alone is held against them.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: "string", default: "realistic" }, keep: { type: "boolean", default: false } },
  });
  if (values.only !== "minimal" && values.only !== "realistic") {
    process.stderr.write(usage);
    return 2;
  }
  const home = join(workspace, "twice", values.only);
  const [a, b] = [await build(values.only, home, "a"), await build(values.only, home, "b")];
  const truth = differing(a.tree, b.tree);
  const reported = await readDiff(a.out, b.out);
  const ofImage = reported.filter(({ path }) => !path.startsWith("/binary/"));
  const predicted = await readFindings(a.out);
  if (!values.keep) await removeBuild(home);

  const told = new Set(ofImage.map(({ path }) => path));
  const missed = truth.filter((path) => !told.has(path));
  const wrong = [...told].filter((path) => !truth.includes(path));
  const unblamed = ofImage.filter(({ culprits }) => culprits.length === 0);
  print(`paths of the image that differ, by comparing the unpacked trees: ${truth.length}`);
  for (const { path, source, culprits } of ofImage) print(`  ${path}: ${source}, ${culprits[0] ?? "nobody"}`);
  print(
    `not reported by diff: ${missed.length}; reported and the same: ${wrong.length}; without a culprit: ${unblamed.length}`,
  );
  const foreseen = truth.filter((path) => predicted.some((each) => each.path === path));
  print(`foretold by the findings of the first build: ${foreseen.length} of ${truth.length}`);
  const high = predicted.filter(
    ({ path, confidence }) => confidence === "high" && !path.startsWith("/binary/"),
  );
  const right = high.filter(({ path }) => truth.includes(path));
  print(`told at high confidence: ${high.length}, of which differ: ${right.length}`);
  for (const { path, source } of high.filter((each) => !right.includes(each)))
    print(`  the same here: ${path} (${source})`);
  return missed.length + wrong.length + unblamed.length === 0 ? 0 : 1;
}

/** Builds in the same place each time: the path is not what is compared. */
async function build(configuration: Configuration, home: string, name: string) {
  const [directory, out, tree] = [join(home, "build"), join(home, `${name}.out`), join(home, `${name}.tree`)];
  for (const each of [directory, out, tree]) await removeBuild(each);
  mkdirSync(home, { recursive: true });
  await freshBuild(configuration, directory);
  const { status, output } = await observe(
    ["lb", "build"],
    directory,
    out,
    buildEnvironment(await findMirror()),
  );
  if (status !== 0) throw new Error(`${output.slice(-2000)}\nthe build failed with status ${status}`);
  const squashfs = join(directory, "binary/live/filesystem.squashfs");
  await execa("unsquashfs", ["-quiet", "-no-progress", "-dest", tree, squashfs]);
  await removeBuild(directory);
  return { out, tree };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
