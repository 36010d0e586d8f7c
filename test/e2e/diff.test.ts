import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DiffJson } from "../../collector/diff/print/json.ts";
import { differing } from "../corpus/differing.ts";
import { buildEnvironment, removeBuild } from "./lib/live-build.ts";
import { findMirror } from "./lib/mirror.ts";
import { observe } from "./lib/observe.ts";
import { isotrace, testHome } from "./lib/paths.ts";

const home = testHome("diff");
const outs = ["a", "b"].map((name) => join(home, name, "out"));
const targets = ["a", "b"].map((name) => join(home, name, "build/target"));
/** What the two systems are made to differ in, beside the times of a debootstrap. */
const plant = `
(exec cat /proc/sys/kernel/random/uuid >target/etc/planted-id)
(exec date +%s%N >target/srv/planted-time)
cp target/etc/planted-id target/srv/planted-copy
`;
let status: number;
let json: DiffJson;

beforeAll(async () => {
  await removeBuild(home);
  const mirror = await findMirror();
  const script = `debootstrap --variant=minbase bookworm target ${mirror} && ${plant.trim().replaceAll("\n", " && ")}`;
  const builds = outs.map((out, i) =>
    observe(["sh", "-c", script], join(targets[i]!, ".."), out, buildEnvironment(mirror)),
  );
  for (const { status, output } of await Promise.all(builds)) expect(status, output).toBe(0);
  const { stdout, exitCode } = await execa(isotrace, ["diff", ...outs, "--format", "json"], {
    reject: false,
  });
  status = exitCode ?? -1;
  json = JSON.parse(stdout);
});

afterAll(() => removeBuild(home));

test("the paths that differ are exactly those that a comparison of the two systems finds", () => {
  expect(json).toMatchObject({ identical: false, complete: true });
  expect(status).toBe(1);
  const lone = new Set(
    json.differences.filter(({ presence }) => presence !== "both").map(({ path }) => path),
  );
  // The comparison of the trees looks neither at the root itself nor below a directory that only one has.
  const isLooked = ({ path }: { path: unknown }) =>
    path !== "/" && !lone.has(String(path).replace(/\/[^/]*$/, ""));
  expect(json.differences.filter(isLooked).map(({ path }) => path)).toEqual(
    differing(targets[0]!, targets[1]!),
  );
});

test("what was planted has its class and its command; the copy is an effect", () => {
  const causeOf = (path: string) => json.causes.find(({ paths }) => paths.includes(path));
  expect(causeOf("/etc/planted-id")).toMatchObject({
    source: "randomness",
    culprit: { kind: "command", name: "cat /proc/sys/kernel/random/uuid" },
  });
  expect(causeOf("/srv/planted-time")).toMatchObject({
    source: "timestamp",
    culprit: { kind: "command", name: "date +%s%N" },
  });
  expect(json.effects.find(({ path }) => path === "/srv/planted-copy")).toMatchObject({
    of: ["/etc/planted-id"],
  });
});

test("every difference has a cause or is an effect, and no content is left without a class", () => {
  const explained = new Set([
    ...json.causes.flatMap(({ paths }) => paths),
    ...json.effects.map(({ path }) => path),
  ]);
  expect(json.differences.map(({ path }) => path).filter((path) => !explained.has(path))).toEqual([]);
  expect(json.causes.filter(({ source }) => source === "unclassified")).toEqual([]);
});

test("a build and itself are the same", async () => {
  const { stdout, exitCode } = await execa(isotrace, ["diff", outs[0]!, outs[0]!]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("THE SAME");
});
