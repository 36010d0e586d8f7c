import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { printTails } from "../../../../collector/manifest/tails.ts";
import { publicKey } from "../../../../collector/snapshot/key/signer.ts";
import { removeBuild } from "../../../e2e/lib/live-build.ts";
import { testHome } from "../../../e2e/lib/paths.ts";
import { Apt } from "../support/apt.ts";
import { TestInstance } from "../support/instance.ts";
import { Upstream } from "../support/upstream.ts";

// The trap: version 1.0 is in both archives. Ours is pinned so high that even an older version of it wins, but for beta,
// which is pinned to Debian's. Were 1.0 of alpha in one archive only, or beta's 2.0 in ours alone, apt would choose otherwise.
const preferences = `Package: *
Pin: release o=Ours
Pin-Priority: 1001

Package: beta
Pin: release o=Debian, a=stable
Pin-Priority: 1002
`;
const home = testHome("snapshot-pins");
let upstreams: Upstream[] = [];
let instance: TestInstance;
let url: string;
let serial: string;

beforeAll(async () => {
  const [debian, ours] = await Promise.all(["debian", "ours"].map((name) => Upstream.make(join(home, name))));
  upstreams = [debian!, ours!];
  debian!.set(
    "stable",
    [
      { name: "alpha", version: "1.0" },
      { name: "alpha-new", version: "2.0" },
      { name: "beta", version: "1.0" },
    ],
    { release: { Origin: "Debian" } },
  );
  debian!.set(
    "backports",
    [
      { name: "alpha", version: "2.0" },
      { name: "beta", version: "2.0" },
    ],
    { release: { Origin: "Debian", NotAutomatic: "yes", ButAutomaticUpgrades: "yes" } },
  );
  ours!.set(
    "stable",
    [
      { name: "alpha", version: "1.0" },
      { name: "beta", version: "2.0" },
    ],
    { release: { Origin: "Ours" } },
  );
  await Promise.all(upstreams.map((each) => each.publish()));
  instance = new TestInstance(join(home, "data"));
  instance.configure({
    debian: { upstream: debian!, suites: ["stable", "backports"] },
    ours: { upstream: ours!, suites: ["stable"] },
    unused: { upstream: ours!, suites: ["stable"] },
  });
  await instance.must("mirror");
  serial = await instance.take();
  url = await instance.serve();
});

afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  await Promise.all(upstreams.map((each) => each[Symbol.asyncDispose]()));
  await removeBuild(home);
});

test("what apt's pins choose from the snapshots, they choose from the tagged archives", async () => {
  const before = await choice((archive) => `${archive}/${serial}`);
  expect(before).toEqual({ alpha: "1.0", beta: "1.0" });
  await instance.must(
    "tag",
    "rc1",
    manifest([
      ["alpha", "1.0"],
      ["alpha", "2.0"],
      ["beta", "1.0"],
      ["beta", "2.0"],
    ]),
  );
  await instance.must("expire", "--at", "2100-01-01T00:00:00Z");
  expect(await choice((archive) => `rc1/${archive}`)).toEqual(before);
});

test("a version that several archives and suites had is in each", async () => {
  const index = async (path: string) => {
    const response = await fetch(`${url}/rc1/${path}/main/binary-amd64/Packages.gz`);
    const { gunzipSync } = await import("node:zlib");
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
    return [...text.matchAll(/^Package: (\S+)(?:\n.+)*?\nVersion: (\S+)/gm)]
      .map(([, ...each]) => each.join(" "))
      .sort();
  };
  expect(await index("debian/dists/stable")).toEqual(["alpha 1.0", "beta 1.0"]);
  expect(await index("debian/dists/backports")).toEqual(["alpha 2.0", "beta 2.0"]);
  expect(await index("ours/dists/stable")).toEqual(["alpha 1.0", "beta 2.0"]);
});

test("an archive that nothing came from is there, empty, and apt takes it", async () => {
  await instance.must("mirror");
  const now = await instance.take();
  await instance.must("tag", "rc2", manifest([["alpha-new", "2.0"]], now, ["debian"]));
  const apt = new Apt(
    join(home, "apt"),
    ["ours", "unused"].map((name) => `deb ${url}/rc2/${name} stable main`),
    publicKey(instance.layout),
  );
  expect(await apt.update()).toMatchObject({ ok: true });
  expect(await apt.candidate("alpha")).toBeUndefined();
});

test("what is not to be found is refused, by name, each", async () => {
  const now = await instance.take();
  const file = manifest(
    [
      ["alpha", "1.0"],
      ["gamma", "1.0"],
      ["alpha", "9.9"],
    ],
    now,
  );
  const { status, stderr } = await instance.run("tag", "rc3", file);
  expect(status).toBe(1);
  expect(stderr).toContain("binary gamma_1.0_amd64");
  expect(stderr).toContain("binary alpha_9.9_amd64");
  expect(stderr).not.toContain("alpha_1.0_amd64");
  expect(instance.state.tags.map(({ name }) => name)).toEqual(["rc1", "rc2"]);
});

test("a source that the archive does not have is refused, unless instance.yml says so", async () => {
  const [debian] = upstreams;
  debian!.set("stable", [{ name: "delta", version: "1.0" }], { withoutSource: ["delta"] });
  await debian!.publish();
  await instance.must("mirror");
  const file = manifest([["delta", "1.0"]], await instance.take(), ["debian"]);
  expect((await instance.run("tag", "rc4", file)).stderr).toContain(
    "source delta_1.0_source of delta_1.0_amd64",
  );
  instance.configure({ debian: { upstream: debian!, suites: ["stable", "backports"], lacking: ["delta"] } });
  expect(await instance.must("tag", "rc4", file)).toContain(
    "without these sources, which upstream lacks: delta_1.0_source",
  );
});

test("a tag is for good: its name cannot be used again, nor that of an archive", async () => {
  const file = manifest([], instance.state.lastSerial);
  for (const [name, because] of [
    ["rc1", "must be new"],
    ["debian", "must not be the name of an archive"],
    ["../x", "must be a name"],
    ["2026010101", "must be a name"],
  ])
    expect((await instance.run("tag", name!, file)).stderr).toContain(because);
});

async function choice(path: (archive: string) => string): Promise<Record<string, string | undefined>> {
  const sources = ["debian stable", "debian backports", "ours stable"].map((each) => {
    const [archive, suite] = each.split(" ");
    return `deb ${url}/${path(archive!)} ${suite} main`;
  });
  const apt = new Apt(join(home, "apt"), sources, publicKey(instance.layout), preferences);
  expect(await apt.update()).toMatchObject({ ok: true });
  return { alpha: await apt.candidate("alpha"), beta: await apt.candidate("beta") };
}

function manifest(packages: [string, string][], reference = serial, archives = ["debian", "ours"]): string {
  const file = join(home, "build-manifest");
  const binary = packages.map(([name, version]) => ({ package: name, version, arch: "amd64" }));
  writeFileSync(
    file,
    printTails({
      originReferences: archives.map((archive) => ({ archive, reference })),
      packages: { binary, source: [] },
    }),
  );
  return file;
}
