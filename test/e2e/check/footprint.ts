import { join } from "node:path";
import { execa } from "execa";
import { sha256 } from "../lib/hash.ts";
import { buildEnvironment, freshBuild, imageOf, removeBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { isotrace, workspace } from "../lib/paths.ts";
import { beyond, type Differences, differences } from "./footprint/difference.ts";
import { type Inventory, takeInventory } from "./footprint/inventory.ts";
import { changesOf, lookAtMachine, processesOf } from "./footprint/machine.ts";

interface Built {
  name: string;
  image: string;
  /** Of everything in the build directory but Isotrace's own output. */
  inventory: Inventory;
  /** What the build left on the machine. */
  left: string[];
}

const directory = join(workspace, "footprint", "build");

/**
 * Builds the minimal image bare, under Isotrace, and bare again, in one path with one SOURCE_DATE_EPOCH. Two bare
 * builds differ in some things (times of files that are not in the image, logs): what Isotrace's build
 * differs in beyond these is its footprint, which must be nothing. Exits 1 if it is not.
 */
async function main(): Promise<number> {
  const mirror = await findMirror();
  const bare = await build("bare", ["lb", "build"], mirror);
  const observed = await build("under Isotrace", [isotrace, "run", "--", "lb", "build"], mirror);
  const again = await build("bare again", ["lb", "build"], mirror);
  await removeBuild(directory);

  const natural = differences(bare.inventory, again.inventory);
  const found = differences(bare.inventory, observed.inventory);
  const footprint = beyond(found, natural);
  const images = [bare, observed, again];
  const sameImage = new Set(images.map(({ image }) => image)).size === 1;
  print("\nsha256 of the image");
  for (const { name, image } of images) print(`  ${name.padEnd(16)} ${image}`);
  print(
    "\nfiles of the build directory, chroot and all: type, owner, mode, mtime, size, links, content, xattrs",
  );
  for (const { name, inventory } of images) print(`  ${name.padEnd(16)} ${inventory.size} paths`);
  print(`  two bare builds differ in            ${summary(natural)}`);
  print(`  bare and under Isotrace differ in    ${summary(found)}`);
  print(`  of which two bare builds do not      ${summary(footprint)}`);
  for (const [path, attributes] of [...footprint].slice(0, 30))
    print(`    ${path}: ${attributes.join(", ")}`);
  for (const line of observed.left) print(`  ${line}`);
  print(
    `\nimage ${sameImage ? "identical" : "DIFFERS"}; differences: ${footprint.size}; left behind: ${observed.left.length}`,
  );
  return sameImage && footprint.size === 0 && observed.left.length === 0 ? 0 : 1;
}

async function build(name: string, command: string[], mirror: string): Promise<Built> {
  await freshBuild("minimal", directory);
  const before = await lookAtMachine(directory);
  const start = performance.now();
  const [file, ...args] = command;
  const env = buildEnvironment(mirror);
  await execa(file!, args, { cwd: directory, env, extendEnv: false, stdin: "ignore" });
  const left = [...changesOf(before, await lookAtMachine(directory)), ...processesOf(directory, isotrace)];
  print(`${name}: built in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const image = await sha256(imageOf(directory));
  return { name, image, left, inventory: await takeInventory(directory, ["isotrace"]) };
}

/** How many paths, and in which attributes how often. */
function summary(of: Differences): string {
  const counts = new Map<string, number>();
  for (const name of [...of.values()].flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const details = [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
  return details === "" ? "0 paths" : `${of.size} paths (${details})`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
