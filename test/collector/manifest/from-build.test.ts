import { expect, test } from "vitest";
import { archivesOf } from "../../../collector/manifest/archives.ts";
import { manifestOf } from "../../../collector/manifest/from-packages.ts";
import { printTriplets } from "../../../collector/manifest/triplets.ts";
import { usedPackages } from "../../../collector/manifest/used-packages.ts";
import { Stories } from "../../../collector/story/story.ts";
import type { PackageEvent } from "../../../proto/events.ts";
import { liveBuild } from "../support/live-build.ts";
import type { Scenario } from "../support/scenario.ts";
import { release } from "./events.ts";

const debian = "http://deb.debian.org/debian";
const pool = (file: string) => `${debian}/pool/main/x/${file}`;

function packagesOf(s: Scenario) {
  const build = s.read();
  const packages = usedPackages(build, new Stories(build));
  return { packages, archives: archivesOf(build, packages), build };
}

test("bootstrap packages, apt's, sources and local files go to their lists; one without a URI has no line but is in the manifest", () => {
  const { s } = liveBuild();
  const root = s.directory("chroot");
  const add = (facts: Partial<PackageEvent>) => s.package({ root, ...facts });
  add({
    action: "bootstrap",
    name: "bash",
    version: "5.2",
    architecture: "",
    uri: pool("bash_5.2_amd64.deb"),
  });
  add({ action: "install", name: "bash", version: "5.2" });
  add({
    action: "download",
    name: "zip",
    version: "1:3.0",
    uri: pool("zip_3.0_amd64.deb"),
    sha256: "ab",
    size: 9,
  });
  add({ action: "install", name: "zip", version: "1:3.0" });
  add({ action: "source", name: "zip", version: "1:3.0", architecture: "", uri: pool("zip_3.0.dsc") });
  add({ action: "install", name: "mine", version: "1", architecture: "all", uriUnknown: "a local file" });
  s.end();
  const { packages, archives } = packagesOf(s);
  expect(printTriplets(packages, "deburis")).toBe(`bash 5.2 ${pool("bash_5.2_amd64.deb")}\n`);
  expect(printTriplets(packages, "binuris")).toBe(`zip 1:3.0 ${pool("zip_3.0_amd64.deb")}\n`);
  expect(printTriplets(packages, "srcuris")).toBe(`zip 1:3.0 ${pool("zip_3.0.dsc")}\n`);
  expect(manifestOf(packages, archives).manifest).toEqual({
    originReferences: [{ archive: "debian", reference: "unknown" }],
    packages: {
      binary: [
        { package: "bash", version: "5.2", arch: "amd64" },
        { package: "mine", version: "1", arch: "all" },
        { package: "zip", version: "1:3.0", arch: "amd64" },
      ],
      source: [{ package: "zip", version: "1:3.0" }],
    },
  });
  expect(packages.find(({ name }) => name === "mine")?.uriUnknown).toBe("a local file");
  expect(packages.find(({ name, isSource }) => name === "zip" && !isSource)).toMatchObject({
    actions: ["download", "install"],
    sha256: "ab",
    size: 9,
  });
});

test("a package belongs to the image, to the builder's chroot that was copied from the bootstrap, or to both", () => {
  const { s, build } = liveBuild();
  s.mkdirs(build, "cache");
  const add = (path: string, name: string) =>
    s.package({
      root: s.directory(path),
      action: "install",
      name,
      version: "1",
      uri: pool(`${name}_1_amd64.deb`),
    });
  add("chroot", "both");
  const save = s.run(build, ["cp", "-a", "chroot", "cache/bootstrap"]);
  s.mkdir(save, "cache/bootstrap");
  add("chroot", "in-image");
  s.rename(s.run(build, ["mv"]), "chroot", "chroot.tmp");
  const restore = s.run(build, ["cp", "-a", "cache/bootstrap", "chroot"]);
  s.mkdir(restore, "chroot");
  s.rename(s.run(build, ["mv"]), "chroot.tmp", "chroot/chroot");
  const root = s.root(2, "chroot");
  add("chroot", "squashfs-tools");
  const packer = s.run(build, ["mksquashfs", "chroot"], { root });
  const image = s.beginImage("tree", "chroot/chroot", packer);
  s.endImage(image, "tree");
  s.package({ root: 0, action: "install", name: "on-the-host", version: "1" });
  s.end();
  expect(packagesOf(s).packages.map(({ name, where }) => `${name} ${where}`)).toEqual([
    "both builder",
    "both image",
    "in-image image",
    "on-the-host other",
    "squashfs-tools builder",
  ]);
});

test("references: a Tails serial, a snapshot's time, the newest Date of the archive's releases; names are unique", () => {
  const { s } = liveBuild();
  const released = (uri: string, date: string) => release(s, { uri, suite: "x", date });
  const from = (name: string, uri: string) =>
    s.package({
      name,
      version: "1",
      uri: `${uri}/pool/${name}_1_amd64.deb`,
      origins: [{ list: "", uri, suite: "x", component: "main" }],
    });
  from("a", "http://time-based.snapshots.example/debian/2018041201");
  from("b", "http://snapshot.debian.org/archive/debian-security/20240101T000000Z/");
  from("c", "http://deb.debian.org/debian");
  from("d", "http://deb.debian.org/debian/");
  from("e", "https://deb.example.org");
  released("http://deb.debian.org/debian/", "Sat, 10 Feb 2024 11:07:25 UTC");
  released("http://deb.debian.org/debian", "Fri, 09 Feb 2024 11:07:25 UTC");
  released("http://unused.example/debian", "Sun, 11 Feb 2024 11:07:25 UTC");
  released("https://deb.example.org", "not a date");
  s.end();
  expect(packagesOf(s).archives.map(({ uri, name, reference }) => [uri, name, reference])).toEqual([
    ["https://deb.example.org", "deb.example.org", "unknown"],
    ["http://deb.debian.org/debian", "debian", "20240210T110725Z"],
    ["http://time-based.snapshots.example/debian", "debian-2", "2018041201"],
    ["http://snapshot.debian.org/archive/debian-security", "debian-security", "20240101T000000Z"],
  ]);
});

test("a package name that cannot stand in a build-manifest is reported, not printed", () => {
  const { s } = liveBuild();
  s.package({ name: "ev il\n", version: "1", uri: "http://x/y\n" });
  s.end();
  const { packages, archives } = packagesOf(s);
  const { manifest, refused } = manifestOf(packages, archives);
  expect(manifest.packages.binary).toEqual([]);
  expect(refused.map(({ name }) => name)).toEqual(["ev il\n"]);
  expect(printTriplets(packages, "binuris")).toBe("");
});

test("a package is in the image if it stood there when that was packed: not if it was removed before, or came after", () => {
  const { s } = liveBuild();
  const root = s.directory("chroot");
  const did = (action: PackageEvent["action"], name: string, facts: Partial<PackageEvent> = {}) =>
    s.package({ root, action, name, version: "1", architecture: "all", ...facts });
  did("install", "kept");
  did("upgrade", "kept", { oldVersion: "1" });
  did("install", "dctrl-tools");
  did("purge", "dctrl-tools");
  did("install", "old");
  did("upgrade", "old", { version: "2", oldVersion: "1" });
  s.endImage(s.beginImage("tree", "chroot"), "tree");
  did("install", "xorriso");
  did("purge", "kept");
  s.end();
  const where = packagesOf(s).packages.map((each) => `${each.name} ${each.version} ${each.where}`);
  expect(where).toEqual([
    "dctrl-tools 1 removed",
    "kept 1 builder",
    "kept 1 image",
    "old 1 removed",
    "old 2 image",
    "xorriso 1 builder",
  ]);
});
