import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { printTails } from "../../collector/manifest/tails.ts";
import { TestInstance } from "../collector/snapshot/support/instance.ts";
import { binaryPath, Upstream } from "../collector/snapshot/support/upstream.ts";
import { sha256 } from "./lib/hash.ts";
import { removeBuild } from "./lib/live-build.ts";
import { testHome } from "./lib/paths.ts";

// The circle with a real image takes minutes: `npm run check:circle`. Here the image is one package, and the build a script.
const home = testHome("snapshot-verify");
const tree = join(home, "tree");
const alpha = { name: "alpha", version: "1.0" };
const released = join(home, "released.iso");
let upstream: Upstream;
let instance: TestInstance;

beforeAll(async () => {
  upstream = await Upstream.make(join(home, "upstream"));
  upstream.set("stable", [alpha, { name: "beta", version: "1.0" }]);
  await upstream.publish();
  instance = new TestInstance(join(home, "data"));
  instance.configure({ debian: { upstream, suites: ["stable"] } });
  await instance.must("mirror");
  const serial = await instance.take();
  const manifest = join(home, "build-manifest");
  const binary = [{ package: "alpha", version: "1.0", arch: "amd64" }];
  const originReferences = [{ archive: "debian", reference: serial }];
  writeFileSync(manifest, printTails({ originReferences, packages: { binary, source: [] } }));
  writeFileSync(released, await (await fetch(`${upstream.url}/${binaryPath(alpha)}`)).bytes());
  await instance.must("tag", "--iso", released, "1.0", manifest);
  await instance.must("expire", "--at", "2100-01-01T00:00:00Z");
  mkdirSync(join(tree, "auto"), { recursive: true });
  mkdirSync(join(tree, "config"));
  writeFileSync(join(tree, "auto/config"), '#!/bin/sh\nlb config noauto --security false "$@"\n', {
    mode: 0o755,
  });
});

afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  await removeBuild(home);
});

test("an image that is built again from the tag's archive is the one released", async () => {
  const { status, stdout } = await verify(
    `curl --silent --fail "$archive/${binaryPath(alpha)}" --output image.iso`,
  );
  expect(stdout.split("\n").slice(-3)).toEqual([
    `released ${await sha256(released)}`,
    `rebuilt  ${await sha256(released)} ${join(home, "work/image.iso")}`,
    "1.0: the same, from its archives alone",
  ]);
  expect(status).toBe(0);
});

test("another image is told from it", async () => {
  const { status, stdout } = await verify("echo other > image.iso");
  expect([status, stdout]).toEqual([1, expect.stringContaining("1.0: DIFFERENT")]);
});

test("a build reaches nothing but the tag's archives", async () => {
  const elsewhere = [
    `${upstream.url}/${binaryPath(alpha)}`,
    "http://deb.debian.org/debian/dists/stable/InRelease",
    "$archive/../../debian/project/trace/debian",
    `$archive/${binaryPath({ name: "beta", version: "1.0" })}`,
  ];
  const attempts = elsewhere.map(
    (url) => `! curl --silent --fail --path-as-is --max-time 5 "${url}" || exit 9`,
  );
  const { status } = await verify(`${attempts.join("\n")}\ncp "${released}" image.iso`);
  expect(status).toBe(0);
});

test("a build that fails is told, with its status", async () => {
  const { status, stderr } = await verify("exit 7");
  expect([status, stderr]).toEqual([1, expect.stringContaining("but sh build.sh ended with status 7")]);
});

/** @param script a build, in which $archive is where live-build would install from */
function verify(script: string) {
  const mirror = "archive=$(sed -n 's/^LB_PARENT_MIRROR_CHROOT=\"\\(.*\\)\"/\\1/p' config/bootstrap)";
  writeFileSync(join(tree, "build.sh"), `set -e\n${mirror}\n${script}\n`);
  return instance.run("verify", "--tree", tree, "--work", join(home, "work"), "1.0", "--", "sh", "build.sh");
}
