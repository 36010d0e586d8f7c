import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readActs } from "./check/complete/recorded.ts";
import { changesOf, lookAtMachine, type Machine, processesOf } from "./check/footprint/machine.ts";
import { unpackedFiles } from "./check/writers/unpacked.ts";
import { comparePacked } from "./lib/compare-packed.ts";
import { sha256 } from "./lib/hash.ts";
import { buildEnvironment, freshBuild, imageOf, removeBuild } from "./lib/live-build.ts";
import { findMirror } from "./lib/mirror.ts";
import { type Observed, observe, report } from "./lib/observe.ts";
import { fetchedPackages, installedPackages, readTriplets, unreachable } from "./lib/packages.ts";
import { checkout, isotrace, testHome } from "./lib/paths.ts";
import { readImages } from "./lib/recorded-image.ts";

interface WhyJson {
  state: string;
  package: { name: string } | null;
  writers: { hook: string | null; stage: string | null; command: string[]; chain: { command: string[] }[] }[];
}

const home = testHome("live-build");
const [build, out, unpacked] = ["build", "out", "unpacked"].map((name) => join(home, name)) as [
  string,
  string,
  string,
];
const recording = join(out, "recording.isotrace");
let before: Machine;
let observed: Observed;

beforeAll(async () => {
  await freshBuild("minimal", build);
  before = await lookAtMachine(build);
  observed = await observe(["lb", "build"], build, out, buildEnvironment(await findMirror()));
});

afterAll(async () => {
  await removeBuild(build);
  rmSync(home, { recursive: true, force: true });
});

test("the build ends as it would have, and leaves nothing on the machine", async () => {
  expect(observed.output).toContain("P: Build completed successfully");
  expect(observed.status).toBe(0);
  expect(changesOf(before, await lookAtMachine(build))).toEqual([]);
  expect(processesOf(build, isotrace)).toEqual([]);
});

test("the recording is whole and every change in it has a writer", () => {
  const {
    acts: _acts,
    execs: _execs,
    parents: _parents,
    paths: _paths,
    fileEvents,
    uncertain,
    ...facts
  } = readActs(recording);
  expect(facts).toEqual({ unknown: 0, losses: [], damage: [], segments: 1, ended: true });
  // Mostly none; one in some ten thousand, and said so, where others take the processors and the queue is read late.
  expect(uncertain).toBeLessThan(10);
  expect(fileEvents).toBeGreaterThan(50_000);
});

test("the image that is recorded is the image that was made", async () => {
  const { images } = readImages(recording, "file");
  const iso = imageOf(build);
  const found = images.find(({ path }) => Buffer.from(path).toString().endsWith(".iso"));
  expect(Buffer.from(found?.sha256 ?? []).toString("hex")).toBe(await sha256(iso));
});

test("the recorded tree is the one in the squashfs, in every attribute", async () => {
  const squashfs = await extractSquashfs();
  await execa("unsquashfs", ["-no-progress", "-dest", unpacked, squashfs]);
  const { images, entries } = readImages(recording, "tree");
  expect(images.map(({ state }) => state)).toEqual(["end"]);
  const { compared, faults } = await comparePacked(unpacked, entries);
  expect(faults).toEqual([]);
  expect(compared).toBeGreaterThan(5_000);
});

test("the triplets list exactly the packages that were bootstrapped or fetched, with URIs that exist", async () => {
  const deburis = readTriplets(join(out, "triplets/deburis"));
  const binuris = readTriplets(join(out, "triplets/binuris"));
  const names = (list: typeof deburis) => list.map(({ name, version }) => `${name} ${version}`).sort();
  const fetched = fetchedPackages(join(out, "build.log"));
  expect(names(binuris)).toEqual(fetched);
  expect(fetched.length).toBeGreaterThan(5);
  const installed = await installedPackages(unpacked);
  const listed = new Set([...names(deburis), ...names(binuris)]);
  expect(installed.filter((each) => !listed.has(each))).toEqual([]);
  expect(await unreachable([...deburis, ...binuris].map(({ uri }) => uri))).toEqual([]);
});

test("why tells a package's own file from one that the build made", async () => {
  const shipped = await report<WhyJson>("why", out, "/usr/bin/dpkg");
  expect(shipped).toMatchObject({ state: "shipped", package: { name: "dpkg" } });
  const status = await report<WhyJson>("why", out, "/var/lib/dpkg/status");
  expect(status.state).toBe("generated");
  expect(status.writers[0]?.chain.map(({ command }) => command.join(" ")).join("\n")).toContain(
    "/live/build/build",
  );
});

test("what was unpacked is of the package that it came from", async () => {
  const { files, wrong } = await unpackedFiles(recording, unpacked);
  expect(wrong).toEqual([]);
  expect(files).toBeGreaterThan(4_000);
});

test("why names the hook that emptied a log", async () => {
  const { writers } = await report<WhyJson>("why", out, "/var/log/dpkg.log");
  expect(writers[0]?.hook).toContain("8030-truncate-log-files");
  expect(writers[0]?.stage).toBe("chroot");
});

test("the summary says that the report is complete and no file is without a writer", () => {
  const summary = readFileSync(join(out, "summary.md"), "utf8");
  expect(summary).toMatch(/^# The build ended well$/m);
  expect(summary).toMatch(/without a known writer, and not exactly their package's: 0$/m);
});

test("the same recording gives the same bytes of every report", async () => {
  const again = join(home, "again");
  await execa(isotrace, ["analyze", recording, "--out", again]);
  const files = readdirSync(again, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    expect(await sha256(path), path).toBe(await sha256(path.replace(again, out)));
  }
});

test("no report names the checkout that Isotrace runs from", () => {
  for (const name of ["build-manifest", "summary.md", "triplets/deburis", "triplets/binuris"]) {
    expect(readFileSync(join(out, name), "utf8")).not.toContain(checkout);
  }
});

/** The file system of the image, taken out of the ISO by other means than Isotrace's. */
async function extractSquashfs(): Promise<string> {
  const target = join(home, "filesystem.squashfs");
  mkdirSync(home, { recursive: true });
  const from = readdirSync(join(build, "binary"), { recursive: true, encoding: "utf8" }).find((each) =>
    each.endsWith("filesystem.squashfs"),
  );
  await execa("xorriso", ["-osirrox", "on", "-indev", imageOf(build), "-extract", `/${from}`, target]);
  return target;
}
