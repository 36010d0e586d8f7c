import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { printTails } from "../../../collector/manifest/tails.ts";
import { publicKey } from "../../../collector/snapshot/key/signer.ts";
import { removeBuild } from "../../e2e/lib/live-build.ts";
import { testHome } from "../../e2e/lib/paths.ts";
import { Apt } from "./support/apt.ts";
import { TestInstance } from "./support/instance.ts";
import { binaryPath, Upstream } from "./support/upstream.ts";

const home = testHome("snapshot-moves");
const old = { name: "alpha", version: "1.0" };
const gone = { name: "beta", version: "1.0" };
const fresh = { name: "alpha", version: "2.0" };
let upstream: Upstream;
let instance: TestInstance;
let url: string;
let [before, after, same] = ["", "", ""];

beforeAll(async () => {
  upstream = await Upstream.make(join(home, "upstream"));
  instance = new TestInstance(join(home, "data"));
  upstream.set("stable", [old, gone]);
  upstream.set("stable-updates", []);
  await upstream.publish();
  instance.configure({ debian: { upstream, suites: ["stable", "stable-updates"] } });
  await instance.must("mirror");
  before = await instance.take();
  url = await instance.serve();
  upstream.set("stable", [fresh]);
  await upstream.publish();
  upstream.delete(binaryPath(old));
  upstream.delete(binaryPath(gone));
  await instance.must("mirror");
  after = await instance.take();
  same = await instance.take();
});

afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  await removeBuild(home);
});

test("a snapshot installs what upstream had when it was taken", async () => {
  const then = await aptOf(`debian/${before}`);
  expect(await then.download("alpha")).toBe("1.0");
  expect(await then.download("beta")).toBe("1.0");
  const now = await aptOf(`debian/${after}`);
  expect(await now.download("alpha")).toBe("2.0");
  expect(await now.candidate("beta")).toBeUndefined();
});

test("a suite without any package is valid", async () => {
  const apt = new Apt(join(home, "apt"), [`deb ${url}/debian/${after} stable-updates main`], key());
  expect(await apt.update()).toMatchObject({ ok: true });
});

test("a snapshot of what has not changed has the same index files, not copies of them", () => {
  const index = (serial: string) =>
    statSync(join(instance.layout.snapshot("debian", serial), "dists/stable/main/binary-amd64/Packages.gz"));
  expect(index(same).ino).toBe(index(after).ino);
  expect(index(after).ino).not.toBe(index(before).ino);
});

test("the latest serial is named where Tails' clients look", async () => {
  const trace = await fetch(`${url}/debian/project/trace/debian`);
  expect(await trace.text()).toBe(`Archive serial: ${same}\n`);
});

test("apt takes the snapshots with the instance's key only", async () => {
  const apt = new Apt(join(home, "apt"), [`deb ${url}/debian/${after} stable main`], upstream.keyring);
  const { ok, said } = await apt.update();
  expect(ok).toBe(false);
  expect(said).toContain("NO_PUBKEY");
});

test("the private key is for its owner only, and not served", async () => {
  for (const path of ["private", "private/gnupg"].map((each) => join(instance.data, each)).slice(1))
    expect(statSync(path).mode & 0o077).toBe(0);
  for (const path of ["/../private/gnupg/pubring.kbx", "/private/gnupg/pubring.kbx", "/state.json"])
    expect([400, 404]).toContain((await fetch(url + path)).status);
});

test("tagged, the old version outlives the snapshots; what is not tagged goes with them", async () => {
  const manifest = join(home, "build-manifest");
  const text = printTails({
    originReferences: [{ archive: "debian", reference: before }],
    packages: { binary: [{ package: "alpha", version: "1.0", arch: "amd64" }], source: [] },
  });
  writeFileSync(manifest, text);
  await instance.must("tag", "1.0", manifest);
  expect(await instance.must("list", "--content")).toContain("1 binary packages, 1 sources");
  const shown = await instance.must("expire", "--dry-run", "--at", "2100-01-01T00:00:00Z");
  expect(shown).toContain("3 snapshots");
  expect(instance.state.snapshots).toHaveLength(3);
  await instance.must("expire", "--at", "2100-01-01T00:00:00Z");
  expect(instance.state.snapshots).toEqual([]);
  const pool = instance.layout.base("debian");
  expect(existsSync(join(pool, binaryPath(gone)))).toBe(false);
  expect(existsSync(join(pool, binaryPath(old)))).toBe(false);
  expect(existsSync(join(pool, binaryPath(fresh)))).toBe(true); // the mirror has it
  expect((await fetch(`${url}/debian/${before}/dists/stable/InRelease`)).status).toBe(404);
  const apt = await aptOf("1.0/debian");
  expect(await apt.download("alpha")).toBe("1.0");
  expect(
    readFileSync(join(instance.layout.tag("1.0"), "debian/dists/stable/InRelease"), "utf8"),
  ).not.toContain("Valid-Until");
});

async function aptOf(archive: string): Promise<Apt> {
  const apt = new Apt(
    join(home, "apt"),
    [`deb ${url}/${archive} stable main`, `deb-src ${url}/${archive} stable main`],
    key(),
  );
  expect(await apt.update()).toMatchObject({ ok: true });
  return apt;
}

function key(): string {
  return publicKey(instance.layout);
}
