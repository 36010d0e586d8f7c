import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { filesBelow } from "../../../../collector/snapshot/files/below.ts";
import { removeBuild } from "../../../e2e/lib/live-build.ts";
import { testHome } from "../../../e2e/lib/paths.ts";
import { TestInstance } from "../support/instance.ts";
import { binaryPath, Upstream } from "../support/upstream.ts";

const home = testHome("snapshot-mirror");
const quickly = ["--retries", "2", "--pause", "0.1"];
const [alpha, beta] = [
  { name: "alpha", version: "1.0" },
  { name: "beta", version: "1.0" },
];
let upstream: Upstream;
let instance: TestInstance;

beforeAll(async () => {
  upstream = await Upstream.make(join(home, "upstream"));
});

beforeEach(async () => {
  await instance?.[Symbol.asyncDispose]();
  instance = new TestInstance(join(home, "data"));
  instance.configure({ debian: { upstream, suites: ["stable"] } });
  upstream.set("stable", [alpha, beta]);
  upstream.onRequest = () => {};
  await upstream.publish();
});

afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  await removeBuild(home);
});

test("an archive without a signature is refused, and nothing of it is taken over", async () => {
  await upstream.publish(false);
  const { status, stderr } = await instance.run("mirror", ...quickly);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^isotrace: archive debian .*: must be signed by a key of .*\n?$/);
  expect(stderr).not.toContain("trying again");
  expect(filesBelow(join(instance.layout.base("debian"), "dists"))).toEqual([]);
});

test("an archive signed with another key is refused", async () => {
  await using other = await Upstream.make(join(home, "other"));
  other.set("stable", [alpha]);
  await other.publish();
  writeFileSync(upstream.path("dists/stable/InRelease"), readFileSync(other.path("dists/stable/InRelease")));
  writeFileSync(
    upstream.path("dists/stable/Release.gpg"),
    readFileSync(other.path("dists/stable/Release.gpg")),
  );
  const { status, stderr } = await instance.run("mirror", ...quickly);
  expect(status).toBe(1);
  expect(stderr).toContain("must be signed by a key of");
});

test("a Release file that was changed after it was signed is refused", async () => {
  const file = upstream.path("dists/stable/InRelease");
  writeFileSync(file, readFileSync(file, "utf8").replace("Origin: Example", "Origin: Evil"));
  const { status, stderr } = await instance.run("mirror", ...quickly);
  expect(status).toBe(1);
  expect(stderr).toMatch(/must be signed by a key of|signature/i);
});

test("a keyring that is none is refused by its name", async () => {
  writeFileSync(join(home, "no-keyring"), "no key");
  const { status, stderr } = await instance.run("mirror");
  expect(status).toBe(0);
  const file = join(instance.data, "instance.yml");
  writeFileSync(file, readFileSync(file, "utf8").replace(upstream.keyring, join(home, "no-keyring")));
  const refused = await instance.run("mirror");
  expect([stderr, refused.status]).toEqual(["", 1]);
  expect(refused.stderr).toContain(`${join(home, "no-keyring")}: must hold public keys`);
});

test("an update that upstream changes under way is tried again", async () => {
  let changes = 0;
  upstream.onRequest = (path) => {
    // The indices are of another state than the Release file that was fetched before them.
    if (!path.endsWith("Packages.gz") || changes++ > 0) return;
    appendFileSync(upstream.path(path), "another state");
    setTimeout(() => void upstream.publish(), 50);
  };
  const { status, stderr } = await instance.run("mirror", "--retries", "5", "--pause", "0.2");
  expect([status, stderr]).toEqual([0, expect.stringContaining("trying again")]);
});

test("an update that failed goes on where it stopped", async () => {
  upstream.delete(binaryPath(beta));
  expect(await instance.run("mirror", "--retries", "0")).toMatchObject({ status: 1 });
  await expect(instance.must("take")).rejects.toThrow("has no mirror yet");
  await upstream.publish();
  upstream.requests.length = 0;
  await instance.must("mirror");
  expect(upstream.requests).toContain(binaryPath(beta));
  expect(upstream.requests).not.toContain(binaryPath(alpha));
});

test("a filter lets through the packages of a list, and their sources", async () => {
  writeFileSync(join(instance.data, "names"), "# what we need\nalpha\n");
  instance.configure({ debian: { upstream, suites: ["stable"], filter: { packages: "names" } } });
  await instance.must("mirror");
  const pool = filesBelow(instance.layout.pool("debian")).sort();
  expect(pool).toEqual([
    "main/a/alpha/alpha_1.0.dsc",
    "main/a/alpha/alpha_1.0.tar.gz",
    "main/a/alpha/alpha_1.0_amd64.deb",
  ]);
});

test("a suite that is no longer configured is not in the next snapshot", async () => {
  upstream.set("testing", [alpha]);
  await upstream.publish();
  instance.configure({ debian: { upstream, suites: ["stable", "testing"] } });
  await instance.must("mirror");
  await instance.take();
  instance.configure({ debian: { upstream, suites: ["stable"] } });
  await instance.must("mirror");
  await instance.take();
  expect(instance.state.snapshots.map(({ suites }) => suites.map(({ name }) => name))).toEqual([
    ["stable", "testing"],
    ["stable"],
  ]);
  await instance.must("expire", "--at", "2100-01-01T00:00:00Z");
  expect(await instance.run("list")).toMatchObject({ status: 0 });
});

test("two commands at once: one is told who is at work", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let second: ReturnType<TestInstance["run"]> | undefined;
  upstream.onRequest = (path) => {
    if (path.endsWith("InRelease")) second ??= instance.run("mirror").finally(release);
  };
  const first = await instance.run("mirror");
  await held;
  const outcomes = [first, (await second)!];
  const refused = outcomes.find(({ status }) => status !== 0);
  expect(outcomes.some(({ status }) => status === 0)).toBe(true);
  if (refused !== undefined)
    expect(refused.stderr).toContain("another command is changing it (mirror, process ");
});
