import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { differing } from "../../corpus/differing.ts";
import { type Reported, readDiff, readFindings } from "../../corpus/reported.ts";
import { bootstrapped } from "../lib/bootstrapped.ts";
import { buildEnvironment, removeBuild } from "../lib/live-build.ts";
import { findMirror } from "../lib/mirror.ts";
import { isotrace, workspace } from "../lib/paths.ts";
import { type Mended, mended } from "./hooks/mended.ts";

// npm run check:hooks
//
// Installs, twice, packages whose files live-build's own hooks mend, and leaves the hooks out. What differs is found by
// comparing the two trees; each of the hooks' files that differs must be told, with its package, from one build and from two.

const home = join(workspace, "hooks");
const driver = new URL("./hooks/driver.sh", import.meta.url).pathname;

async function main(): Promise<number> {
  const mirror = await findMirror();
  const base = await makeBase(mirror);
  const [a, b] = [await build("a", base, mirror), await build("b", base, mirror)];
  const truth = differing(a.tree, b.tree);
  const [found, told] = [await readFindings(a.out), await readDiff(a.out, b.out)];
  print(
    "hook | file | source | culprit named | from one build | from two\n--- | --- | --- | --- | --- | ---",
  );
  let faults = 0;
  for (const each of mended) faults += row(each, truth, found, told);
  const others = truth.filter((path) => !mended.some(({ paths }) => paths.test(path)));
  print(`\nother paths that differ: ${others.length === 0 ? "none" : others.join(", ")}`);
  return faults === 0 ? 0 : 1;
}

/** @returns 1 if a file that differs is not told, or is blamed on another. */
function row(
  { hook, paths, culprits }: Mended,
  truth: readonly string[],
  found: readonly Reported[],
  told: readonly Reported[],
): number {
  const differ = truth.filter((path) => paths.test(path));
  const one = found.filter(({ path }) => paths.test(path));
  const two = told.filter(({ path }) => paths.test(path));
  const [seen] = [...two, ...one];
  const blamed = seen?.culprits[0] ?? "nobody";
  const share = (list: readonly Reported[]) => {
    const covered = differ.filter((path) => list.some((each) => each.path === path)).length;
    return differ.length === 0 ? (list.length > 0 ? "yes" : "-") : `${covered} of ${differ.length}`;
  };
  const [example] = differ.length > 0 ? differ : one.map(({ path }) => path);
  print(
    [hook, example ?? "the same in these two", seen?.source ?? "-", blamed, share(one), share(two)].join(
      " | ",
    ),
  );
  const isBlamed = culprits.length === 0 || culprits.some((name) => blamed === `package ${name}`);
  const isTold = differ.every((path) => [one, two].every((list) => list.some((each) => each.path === path)));
  return differ.length > 0 && !(isTold && isBlamed) ? 1 : 0;
}

async function build(name: string, base: string, mirror: string): Promise<{ out: string; tree: string }> {
  const [directory, out, tree] = [join(home, "build"), join(home, `${name}.out`), join(home, `${name}.tree`)];
  for (const each of [directory, out, tree]) await removeBuild(each);
  mkdirSync(join(directory, "chroot"), { recursive: true });
  await execa("tar", ["--extract", "--file", base, "--directory", join(directory, "chroot")]);
  const packages = [...new Set(mended.flatMap((each) => each.packages))];
  await execa(isotrace, ["run", "--out", out, "--", driver, ...packages], {
    cwd: directory,
    env: buildEnvironment(mirror),
    extendEnv: false,
    stdin: "ignore",
  });
  await execa("unsquashfs", [
    "-quiet",
    "-no-progress",
    "-dest",
    tree,
    join(directory, "filesystem.squashfs"),
  ]);
  await removeBuild(directory);
  return { out, tree };
}

/** As an image's build has it before its packages are installed. */
function makeBase(mirror: string): Promise<string> {
  return bootstrapped(join(home, "base.tar"), mirror, [], (directory) => {
    for (const each of ["etc/machine-id", "var/cache/ldconfig/aux-cache"])
      rmSync(join(directory, each), { force: true });
  });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
