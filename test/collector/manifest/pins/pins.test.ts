import { expect, test } from "vitest";
import { type UsedPackage, usedPackages } from "../../../../collector/manifest/used-packages.ts";
import { Stories } from "../../../../collector/story/story.ts";
import { liveBuild } from "../../support/live-build.ts";
import type { Scenario } from "../../support/scenario.ts";
import { configure, release } from "../events.ts";

const debian = { uri: "http://deb.debian.org/debian", component: "main" };
const stable = {
  ...debian,
  list: "deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages",
  suite: "bookworm",
};
const backports = { ...stable, suite: "bookworm-backports" };
const security = { ...stable, uri: "http://security.debian.org/debian-security", suite: "bookworm-security" };

function releases(s: Scenario, root: number): void {
  release(s, { root });
  const codename = "bookworm-backports";
  release(s, { root, suite: codename, codename, notAutomatic: true, butAutomaticUpgrades: true });
  release(s, { ...security, root, codename: "bookworm-security", label: "Debian-Security" });
}

function used(s: Scenario): UsedPackage[] {
  s.endImage(s.beginImage("tree", "chroot"), "tree");
  s.end();
  const build = s.read();
  return usedPackages(build, new Stories(build));
}

function scenario(argv: string[], preferences: Record<string, string> = {}) {
  const { s, build, root } = liveBuild();
  const system = s.directory("chroot");
  releases(s, system);
  configure(s, "chroot", "/etc/apt/sources.list", "deb ...");
  for (const [name, text] of Object.entries(preferences)) configure(s, "chroot", `/etc/apt/${name}`, text);
  const by = s.run(s.run(build, argv, { root }), ["/usr/bin/dpkg", "--unpack"], { root });
  const add = (name: string, origins: (typeof stable)[]) =>
    s.package({ root: system, name, version: "1", action: "install", origins, ...by });
  return { s, add, build, root, system, by };
}

test("a version that stands in several lists has the priority of the best of them", () => {
  const { s, add } = scenario(["apt-get", "install", "a", "b"]);
  add("a", [stable, backports]);
  add("b", [backports]);
  expect(used(s).map(({ pin }) => pin)).toEqual([
    { priority: 500, because: "default", record: "", file: "", origins: [500, 100] },
    { priority: 100, because: "automatic upgrades", record: "", file: "", origins: [100] },
  ]);
});

test("a record of the preferences is named with its file; the target release, and a version asked for, too", () => {
  const preferences = {
    "preferences.d/backports":
      "Explanation: x\nPackage: a\nPin: release n=bookworm-backports\nPin-Priority: 999\n",
  };
  const { s, add } = scenario(
    ["apt-get", "-t", "bookworm-security", "install", "a", "c=1", "d/bookworm"],
    preferences,
  );
  add("a", [backports]);
  add("b", [security]);
  add("c", [stable]);
  add("d", [stable]);
  expect(used(s).map(({ name, pin }) => [name, pin])).toEqual([
    [
      "a",
      {
        priority: 999,
        because: "preferences",
        record: "Package: a; Pin: release n=bookworm-backports",
        file: "/etc/apt/preferences.d/backports",
        origins: [100],
      },
    ],
    [
      "b",
      { priority: 990, because: "target release", record: "bookworm-security", file: "", origins: [990] },
    ],
    ["c", { priority: 500, because: "command line", record: "c=1", file: "", origins: [500] }],
    ["d", { priority: 500, because: "command line", record: "d/bookworm", file: "", origins: [500] }],
  ]);
});

test("preferences count as they were when apt ran: not those of later, nor those that were removed; a copy has its original's", () => {
  const { s, add, build, system } = scenario(["apt-get", "install", "a"], { preferences: record(700) });
  configure(s, "chroot", "/etc/apt/preferences", undefined);
  add("a", [stable]);
  configure(s, "chroot", "/etc/apt/preferences", record(800));
  s.mkdirs(build, "cache");
  s.mkdir(s.run(build, ["cp", "-a", "chroot", "cache/bootstrap"]), "cache/bootstrap");
  configure(s, "chroot", "/etc/apt/preferences", record(900));
  const copy = s.root(2, "cache/bootstrap");
  const dpkg = s.run(s.run(build, ["apt-get", "install", "b"], { root: copy }), ["dpkg"], { root: copy });
  const root = s.directory("cache/bootstrap");
  s.package({ root, name: "b", version: "1", action: "install", origins: [stable], ...dpkg });
  expect(system).toBeGreaterThan(0);
  expect(used(s).map(({ name, pin }) => [name, pin?.priority])).toEqual([
    ["a", 500],
    ["b", 800],
  ]);
});

test("no pin where apt did not choose, or where its configuration was not recorded, or not in full", () => {
  const { s, add, build, root, system } = scenario(["apt-get", "install", "a"]);
  add("no-origin", []);
  const bootstrap = s.run(build, ["debootstrap", "bookworm", "chroot"]);
  s.package({
    root: system,
    name: "base",
    version: "1",
    action: "bootstrap",
    origins: [stable],
    ...bootstrap,
  });
  const dpkg = s.run(build, ["dpkg", "-i", "a_1_amd64.deb"], { root });
  s.package({ root: system, name: "file", version: "1", action: "install", origins: [stable], ...dpkg });
  expect(used(s).map(({ pin }) => pin)).toEqual([null, null, null]);
  const cut = scenario(["apt-get", "install", "a"]);
  const path = Buffer.from("/etc/apt/preferences");
  const content = Buffer.from(record(700));
  const { time } = cut.s;
  cut.s.add({ kind: "configuration", time, root: cut.system, path, content, removed: false, cut: true });
  cut.add("a", [stable]);
  expect(used(cut.s)[0]!.pin).toBeNull();
  const bare = liveBuild();
  const apt = bare.s.run(bare.build, ["apt-get", "install", "a"], { root: bare.root });
  const at = bare.s.directory("chroot");
  bare.s.package({ root: at, name: "a", version: "1", action: "download", origins: [stable], ...apt });
  expect(used(bare.s)[0]!.pin).toBeNull();
});

test("every list that had the version, over all events of its system, each once, whatever their order", () => {
  const { s, add, by, system } = scenario(["apt-get", "install", "a"]);
  add("a", [security]);
  add("a", [stable, security]);
  s.package({
    root: system,
    name: "a",
    version: "1",
    action: "present",
    origins: [backports, stable],
    ...by,
  });
  const [a] = used(s);
  expect(a!.origins.map(({ suite }) => suite)).toEqual([
    "bookworm",
    "bookworm-backports",
    "bookworm-security",
  ]);
  expect(a!.pin?.origins).toEqual([500, 100, 500]);
});

function record(priority: number): string {
  return `Package: *\nPin: release n=bookworm\nPin-Priority: ${priority}\n`;
}
