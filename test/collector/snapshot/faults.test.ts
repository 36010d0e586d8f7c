import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { removeBuild } from "../../e2e/lib/live-build.ts";
import { isotrace, testHome } from "../../e2e/lib/paths.ts";
import { TestInstance } from "./support/instance.ts";
import { binaryPath, Upstream } from "./support/upstream.ts";

// At random points, many times, and with a full disk: `npm run check:snapshot-faults`.
const home = testHome("snapshot-faults");
const names = ["alpha", "beta", "gamma", "delta"];
let upstream: Upstream;
let instance: TestInstance;

beforeAll(async () => {
  upstream = await Upstream.make(join(home, "upstream"));
});

beforeEach(async () => {
  await instance?.[Symbol.asyncDispose]();
  instance = new TestInstance(join(home, "data"));
  instance.configure({ debian: { upstream, suites: ["stable"] } });
  await publish("1.0");
});

afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  await removeBuild(home);
});

test("a mirror that was killed in the middle is as before, and the next goes on where it was", async () => {
  await instance.must("mirror");
  const before = await instance.take();
  await publish("2.0");
  expect(await killAtPackage(3)).toBe("SIGKILL");
  // Nothing is taken of what came in part.
  const between = await instance.take();
  const [a, b] = [before, between].map(
    (serial) => instance.state.snapshots.find((each) => each.serial === serial)!,
  );
  expect(b!.suites[0]!.files).toEqual(a!.suites[0]!.files);
  upstream.requests.length = 0;
  await instance.must("mirror");
  const fetched = upstream.requests.filter((path) => path.endsWith(".deb"));
  expect(fetched.length).toBeLessThan(names.length);
  await instance.take();
  expect(await instance.run("list", "--content")).toMatchObject({ status: 0 });
});

test.each(["the copy beside it", "what is on disk"])(
  "a damaged database is mended from %s, and expire deletes no more than it should",
  async (from) => {
    await instance.must("mirror");
    await instance.must("take", "--days", "0");
    await publish("2.0");
    await instance.must("mirror");
    await instance.must("take");
    await publish("3.0");
    await instance.must("mirror");
    const base = instance.layout.base("debian");
    for (const name of ["packages", "references", "checksums"].map((each) => join(base, "db", `${each}.db`)))
      writeFileSync(name, Buffer.alloc(statSync(name).size, 0xa5));
    if (from === "what is on disk") rmSync(join(base, "db.tar"));
    const { status, stderr } = await instance.run("expire");
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^isotrace: debian: the database of reprepro was re(stored|built)$/),
    ]);
    expect(await instance.run("list", "--content")).toMatchObject({ status: 0 });
    const there = ["1.0", "2.0", "3.0"].map((version) =>
      existsSync(join(base, binaryPath({ name: "alpha", version }))),
    );
    expect(there).toEqual([false, true, true]);
  },
);

test("a file of a snapshot that is lost is found, and named", async () => {
  await instance.must("mirror");
  await instance.must("take");
  writeFileSync(
    join(instance.layout.base("debian"), binaryPath({ name: "beta", version: "1.0" })),
    "damaged",
  );
  const { status, stdout } = await instance.run("list", "--files");
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining("NOT COMPLETE: pool/main/b/beta/beta_1.0_amd64.deb has 7 bytes"),
  ]);
});

async function publish(version: string): Promise<void> {
  upstream.onRequest = () => {};
  upstream.set(
    "stable",
    names.map((name) => ({ name, version })),
  );
  await upstream.publish();
}

/** Kills `mirror` when it asks for the Nth package. @returns the signal that ended it */
async function killAtPackage(count: number): Promise<NodeJS.Signals | null> {
  const child = spawn(isotrace, ["snapshot", "mirror", "--data", instance.data], { stdio: "ignore" });
  let packages = 0;
  upstream.onRequest = (path) => {
    if (path.endsWith(".deb") && ++packages === count) child.kill("SIGKILL");
  };
  const [, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  upstream.onRequest = () => {};
  return signal;
}
