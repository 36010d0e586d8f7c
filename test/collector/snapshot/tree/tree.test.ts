import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pointLiveBuild } from "../../../../collector/snapshot/tree/live-build.ts";
import { buildEnvironment, removeBuild } from "../../../e2e/lib/live-build.ts";
import { checkout, isotrace, testHome } from "../../../e2e/lib/paths.ts";
import { TestInstance } from "../support/instance.ts";
import { Upstream } from "../support/upstream.ts";

const home = testHome("snapshot-tree");
const tree = join(home, "tree");
let upstream: Upstream;
let instance: TestInstance;
let url: string;
let first: string;
let second: string;

beforeAll(async () => {
  upstream = await Upstream.make(join(home, "upstream"));
  upstream.set("stable", [{ name: "alpha", version: "1.0" }]);
  await upstream.publish();
  instance = new TestInstance(join(home, "data"));
  instance.configure({
    debian: { upstream, suites: ["stable"] },
    "debian-security": { upstream, suites: ["stable"] },
  });
  await instance.must("mirror");
  first = await instance.take();
  url = await instance.serve();
  mkdirSync(join(tree, "config"), { recursive: true });
  mkdirSync(join(tree, "auto"), { recursive: true });
  const config = readFileSync(join(checkout, "test/e2e/config/minimal/auto/config"), "utf8");
  writeFileSync(join(tree, "auto/config"), config.replace("--security false", "--security true"), {
    mode: 0o755,
  });
});

afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  await removeBuild(home);
});

test("freezing writes the serials of now, but for security's", async () => {
  const said = await instance.must("freeze", "--tree", tree, "--url", url);
  expect(said).toBe(`debian ${first}\ndebian-security latest`);
  expect(serialOf("config", "debian")).toBe(`${first}\n`);
  expect(serialOf("config", "debian-security")).toBe("latest\n");
});

test("resolving leaves what is frozen, and finds the latest of what is not", async () => {
  second = await instance.take();
  expect(await instance.must("resolve", "--tree", tree)).toBe(`debian ${first}\ndebian-security ${second}`);
  expect(serialOf("tmp", "debian-security")).toBe(`${second}\n`);
  expect(serialOf("config", "debian-security")).toBe("latest\n");
});

test("thawing follows the latest again, and freezing with --security freezes all", async () => {
  expect(await instance.must("thaw", "--tree", tree)).toBe("debian latest\ndebian-security latest");
  expect(await instance.must("resolve", "--tree", tree)).toBe(`debian ${second}\ndebian-security ${second}`);
  expect(await instance.must("freeze", "--tree", tree, "--security")).toBe(
    `debian ${second}\ndebian-security ${second}`,
  );
});

test("bumping a frozen tree keeps what it refers to from expiring", async () => {
  await instance.must("bump", "--tree", tree, "--days", "400");
  const later = new Date(Date.now() + 300 * 86_400_000).toISOString();
  await instance.must("expire", "--at", later);
  expect(instance.state.snapshots.map(({ archive, serial }) => `${archive} ${serial}`)).toEqual([
    `debian ${second}`,
    `debian-security ${second}`,
  ]);
  const release = await (await fetch(`${url}/debian/${second}/dists/stable/InRelease`)).text();
  const until = Date.parse(/Valid-Until: (.*)/.exec(release)![1]!);
  expect(until - Date.now()).toBeGreaterThan(399 * 86_400_000);
});

test("a frozen serial that has expired stops the build before it begins, and says so", async () => {
  writeFileSync(join(tree, "config/APT_snapshots.d/debian/serial"), `${first}\n`);
  const { exitCode, stderr } = await execa(isotrace, ["run", "--", "true"], { cwd: tree, reject: false });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `/debian/${first}/project/trace/debian: must be served (HTTP status 404); it has expired`,
  );
  writeFileSync(join(tree, "config/APT_snapshots.d/debian/serial"), `${second}\n`);
});

test("live-build bootstraps and installs from the snapshots, and the image keeps its own mirrors", async () => {
  const archives = new Map(["debian", "debian-security"].map((name) => [name, `${url}/${name}/${second}`]));
  const mirrors = { mirror: "debian", security: "debian-security" };
  // Twice: what was written for one build is not in the way of the next.
  for (let i = 0; i < 2; i++)
    await pointLiveBuild(tree, mirrors, archives, buildEnvironment("http://own.example.org/debian"));
  const settings = ["bootstrap", "common"]
    .map((name) => readFileSync(join(tree, "config", name), "utf8"))
    .join("");
  const value = (name: string) => new RegExp(`^${name}="([^"]*)"`, "m").exec(settings)?.[1];
  expect(value("LB_PARENT_MIRROR_BOOTSTRAP")).toBe(archives.get("debian"));
  expect(value("LB_PARENT_MIRROR_CHROOT")).toBe(archives.get("debian"));
  expect(value("LB_PARENT_MIRROR_CHROOT_SECURITY")).toBe(archives.get("debian-security"));
  expect(value("LB_PARENT_MIRROR_BINARY")).toBe("http://own.example.org/debian");
  expect(value("DEBOOTSTRAP_OPTIONS")).toBe(
    `--variant=minbase --keyring=${tree}/config/isotrace-snapshots.gpg`,
  );
});

test("a directory that is no image's tree is refused", async () => {
  rmSync(join(home, "empty"), { recursive: true, force: true });
  mkdirSync(join(home, "empty"));
  const { status, stderr } = await instance.run("freeze", "--tree", join(home, "empty"));
  expect([status, stderr]).toEqual([1, expect.stringContaining("must be an image's tree")]);
});

function serialOf(where: "config" | "tmp", archive: string): string {
  return readFileSync(join(tree, where, "APT_snapshots.d", archive, "serial"), "utf8");
}
