import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readActs } from "./check/complete/recorded.ts";
import { comparePacked } from "./lib/compare-packed.ts";
import { buildEnvironment, removeBuild } from "./lib/live-build.ts";
import { findMirror } from "./lib/mirror.ts";
import { type Observed, observe } from "./lib/observe.ts";
import { installedPackages, readTriplets } from "./lib/packages.ts";
import { testHome } from "./lib/paths.ts";
import { readImages } from "./lib/recorded-image.ts";

const home = testHome("debootstrap");
const [build, out] = [join(home, "build"), join(home, "out")];
let observed: Observed;

beforeAll(async () => {
  await removeBuild(home);
  const mirror = await findMirror();
  const command = ["debootstrap", "--variant=minbase", "bookworm", "target", mirror];
  observed = await observe(command, build, out, buildEnvironment(mirror));
});

afterAll(() => removeBuild(home));

test("a debootstrap of its own is recorded whole", () => {
  expect(observed.output).toContain("I: Base system installed successfully.");
  expect(observed.status).toBe(0);
  const {
    acts: _acts,
    execs,
    parents: _parents,
    paths: _paths,
    fileEvents,
    ...facts
  } = readActs(join(out, "recording.isotrace"));
  expect(facts).toEqual({ unknown: 0, uncertain: 0, losses: [], damage: [], segments: 1, ended: true });
  expect(fileEvents).toBeGreaterThan(20_000);
  expect(execs.length).toBeGreaterThan(1_000);
});

test("deburis lists exactly the packages of the new system", async () => {
  const deburis = readTriplets(join(out, "triplets/deburis"));
  const listed = deburis.map(({ name, version }) => `${name} ${version}`).sort();
  expect(listed).toEqual(await installedPackages(join(build, "target")));
});

test("where nothing is packed, the tree is recorded as it is in the end", async () => {
  const { entries } = readImages(join(out, "recording.isotrace"), "tree");
  const { compared, faults } = await comparePacked(join(build, "target"), entries);
  expect(faults).toEqual([]);
  expect(compared).toBeGreaterThan(5_000);
});
