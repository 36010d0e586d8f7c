import { expect, test } from "vitest";
import { archiveAt, archivesOf } from "../../../collector/manifest/archives.ts";
import { manifestJson } from "../../../collector/manifest/json.ts";
import { changedArchives } from "../../../collector/manifest/origins/states.ts";
import { usedPackages } from "../../../collector/manifest/used-packages.ts";
import { Stories } from "../../../collector/story/story.ts";
import { liveBuild } from "../support/live-build.ts";
import type { Scenario } from "../support/scenario.ts";
import { configure, release } from "./events.ts";

const debian = "http://deb.debian.org/debian";

function archives(s: Scenario) {
  s.end();
  const build = s.read();
  const packages = usedPackages(build, new Stories(build));
  return { build, packages, archives: archivesOf(build, packages) };
}

function fetched(s: Scenario, uri: string, name = "a"): void {
  const origins = [{ list: "", uri, suite: "bookworm", component: "main" }];
  s.package({ name, version: "1", uri: `${uri}/pool/main/${name}_1_amd64.deb`, origins });
}

test("a reference: from the URL, else Tails' serial, else apt's snapshot, else the newest Date, else unknown", () => {
  const { s, build } = liveBuild();
  s.mkdirs(build, "config");
  fetched(s, "http://time-based.example/debian/2024010102");
  fetched(s, "http://mirror.example/torproject", "b");
  fetched(s, "http://mirror.example/tails", "c");
  fetched(s, "http://deb.example/ubuntu", "d");
  fetched(s, "http://deb.example/extras", "e");
  fetched(s, "http://deb.example/stanzas", "f");
  fetched(s, "http://deb.example/nothing", "g");
  configure(s, "", "/config/APT_snapshots.d/debian/serial", "1999010101\n");
  configure(s, "", "/config/APT_snapshots.d/torproject/serial", "latest\n");
  configure(s, "", "/tmp/APT_snapshots.d/torproject/serial", "2024010203\n");
  configure(s, "", "/config/APT_snapshots.d/tails/serial", "latest\n");
  const sources = "deb [arch=amd64 snapshot=20240304T000000Z] http://deb.example/ubuntu/ noble main # x\n";
  configure(
    s,
    "chroot",
    "/etc/apt/sources.list",
    `${sources}deb [snapshot=enable] http://deb.example/extras x y\n`,
  );
  const stanza =
    "Types: deb\nURIs: http://deb.example/stanzas\nSuites: x\n# no\nSnapshot:\n 20240305T000000Z\n";
  configure(s, "chroot", "/etc/apt/sources.list.d/x.sources", stanza);
  release(s, { uri: "http://mirror.example/tails/", date: "Sat, 10 Feb 2024 11:07:25 UTC" });
  release(s, { uri: "http://deb.example/extras", date: "Fri, 09 Feb 2024 11:07:25 UTC" });
  release(s, { uri: "http://deb.example/extras", suite: "x", date: "Thu, 08 Feb 2024 11:07:25 UTC" });
  release(s, { uri: "http://deb.example/nothing", date: "not a date" });
  expect(archives(s).archives.map((each) => [each.name, each.reference, each.referenceFrom])).toEqual([
    ["debian", "2024010102", "url"],
    ["extras", "20240209T110725Z", "release"],
    ["nothing", "unknown", "nowhere"],
    ["stanzas", "20240305T000000Z", "sources"],
    ["tails", "20240210T110725Z", "release"],
    ["torproject", "2024010203", "serial file"],
    ["ubuntu", "20240304T000000Z", "sources"],
  ]);
});

test("the build's own rules name archives, and two that get one name are one; a file that is none is a problem, no error", () => {
  const { s, build } = liveBuild();
  s.mkdirs(build, "config");
  fetched(s, debian);
  fetched(s, "http://proxy.example:3142/deb.debian.org/debian", "b");
  const rules = `origins:
  - match: "*://deb.debian.org/debian"
    name: deb
  - match: "*://proxy.example:3142/**"
    name: deb
`;
  configure(s, "", "/config/isotrace-origins.yml", rules);
  const broken = archives(s);
  expect(broken.archives.map(({ name }) => name)).toEqual(["debian", "debian-2"]);
  expect(manifestJson(broken.build, broken.packages, broken.archives).problems).toEqual([
    expect.stringMatching(
      /^config\/isotrace-origins\.yml, rule 2: may have \*\* at its beginning only, but it is /,
    ),
  ]);
  s.events.pop();
  configure(s, "", "/config/isotrace-origins.yml", rules.replace("3142/**", "3142/deb.debian.org/debian"));
  const mended = archives(s);
  expect(mended.archives).toMatchObject([
    { name: "deb", uris: [debian, "http://proxy.example:3142/deb.debian.org/debian"] },
  ]);
  expect(archiveAt(mended.archives, `${debian}/pool/main/a_1_amd64.deb`)?.name).toBe("deb");
  expect(archiveAt(mended.archives, `${debian}-security`)).toBeUndefined();
});

test("a repository of files on the machine is an archive only if it has suites", () => {
  const { s } = liveBuild();
  const add = (uri: string, suite: string) =>
    s.package({
      name: "a",
      version: "1",
      uri: `${uri}/a_1_all.deb`,
      origins: [{ list: "", uri, suite, component: "" }],
    });
  add("file:/root/packages", "./");
  add("file:/srv/mirror", "bookworm");
  const { packages, archives: found, build } = archives(s);
  expect(found.map(({ name }) => name)).toEqual(["mirror"]);
  expect(
    manifestJson(build, packages, found).packages[0]!.origins.map(({ archive, uri }) => [archive, uri]),
  ).toEqual([
    [null, "file:/root/packages"],
    ["mirror", "file:/srv/mirror"],
  ]);
});

test("a Release file that changed while the build ran is told with both states; debootstrap's copy of it is no change", () => {
  const { s } = liveBuild();
  fetched(s, debian);
  const date = "Sat, 10 Feb 2024 11:07:25 UTC";
  release(s, { list: "x_Release", sha256: "aa", date });
  release(s, { list: "x_InRelease", sha256: "bb", date });
  release(s, { list: "x_InRelease", sha256: "bb", date });
  release(s, { list: "x-updates_InRelease", suite: "bookworm-updates", sha256: "cc", date });
  expect(changedArchives(archives(s).archives)).toEqual([]);
  s.events.pop();
  release(s, { list: "x_InRelease", sha256: "dd", date: "Sat, 10 Feb 2024 17:07:25 UTC" });
  const { archives: found } = archives(s);
  expect(changedArchives(found)).toEqual([
    {
      archive: "debian",
      uri: debian,
      suite: "bookworm",
      states: [
        { kind: "release", date, sha256: "aa" },
        { kind: "release", date: "Sat, 10 Feb 2024 17:07:25 UTC", sha256: "dd" },
      ],
    },
  ]);
  expect(found[0]!.reference).toBe("20240210T170725Z");
});

test("two snapshots of one archive in a build are told; the later one is its reference", () => {
  const { s } = liveBuild();
  fetched(s, "https://snapshot.debian.org/archive/debian/20240101T000000Z");
  release(s, { uri: "https://snapshot.debian.org/archive/debian/20240202T000000Z/" });
  const { archives: found } = archives(s);
  expect(found).toMatchObject([{ name: "debian", reference: "20240202T000000Z" }]);
  expect(changedArchives(found)).toMatchObject([
    {
      archive: "debian",
      suite: "",
      states: [{ reference: "20240101T000000Z" }, { reference: "20240202T000000Z" }],
    },
  ]);
});
