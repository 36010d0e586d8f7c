import { expect, test } from "vitest";
import { archivesOf } from "../../../collector/manifest/archives.ts";
import { manifestFileJson, manifestJson } from "../../../collector/manifest/json.ts";
import { usedPackages } from "../../../collector/manifest/used-packages.ts";
import { Stories } from "../../../collector/story/story.ts";
import { liveBuild } from "../support/live-build.ts";
import { configure, release } from "./events.ts";

test("a package tells where it stood, which pin chose it, why it is there and who brought it; an archive, its releases", () => {
  const { s, build, root } = liveBuild();
  const system = s.directory("chroot");
  const label = Buffer.from("Débian").toString("latin1");
  const signature = Buffer.from([0xc2, 10, 4, 0, 1, 8, 0, 0, 0, 0, 0, 0]);
  release(s, { root: system, label, date: "Sat, 10 Feb 2024 11:07:25 UTC", sha256: "ab", signature });
  configure(s, "chroot", "/etc/apt/preferences", "Package: *\nPin: release n=bookworm\nPin-Priority: 700\n");
  const list = "deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages";
  const origins = [{ list, uri: "http://deb.debian.org/debian", suite: "bookworm", component: "main" }];
  const hook = s.run(build, ["/root/0100-x.hook.chroot"], { root });
  const apt = s.run(hook, ["apt-get", "install", "b"], { root });
  const facts = { root: system, version: "1", action: "install", origins, ...apt } as const;
  s.package({ ...facts, name: "b", depends: "a" });
  s.package({
    ...facts,
    name: "a",
    uri: "http://deb.debian.org/debian/pool/a_1_amd64.deb",
    size: 3,
    sha256: "cd",
  });
  s.endImage(s.beginImage("tree", "chroot"), "tree");
  s.end();
  const read = s.read();
  const packages = usedPackages(read, new Stories(read));
  const json = manifestJson(read, packages, archivesOf(read, packages));
  expect(json.packages[0]).toEqual({
    kind: "binary",
    name: "a",
    version: "1",
    architecture: "amd64",
    uri: "http://deb.debian.org/debian/pool/a_1_amd64.deb",
    uriUnknown: null,
    size: 3,
    sha256: "cd",
    source: null,
    sourceVersion: null,
    origins: [
      {
        archive: "debian",
        uri: "http://deb.debian.org/debian",
        suite: "bookworm",
        component: "main",
        priority: 700,
      },
    ],
    pin: {
      priority: 700,
      because: "preferences",
      record: "Package: *; Pin: release n=bookworm",
      file: "/etc/apt/preferences",
    },
    where: "image",
    actions: ["install"],
    reason: { kind: "dependency", by: "b", lists: [], of: [{ package: "b", relation: "Depends" }] },
    run: "apt-get install b",
    stage: null,
    script: "lb build",
    hook: "0100-x.hook.chroot",
  });
  expect(json.origins).toEqual([
    {
      archive: "debian",
      uri: "http://deb.debian.org/debian",
      uris: ["http://deb.debian.org/debian"],
      reference: "20240210T110725Z",
      referenceFrom: "release",
      references: [],
      releases: [
        {
          uri: "http://deb.debian.org/debian",
          suite: "bookworm",
          file: "InRelease",
          origin: "Debian",
          label: "Débian",
          releaseSuite: "stable",
          codename: "bookworm",
          version: "12.5",
          date: "Sat, 10 Feb 2024 11:07:25 UTC",
          validUntil: null,
          sha256: "ab",
          signedBy: [],
          signatureProblem: "it has a signature that names no key",
        },
      ],
    },
  ]);
});

test("a build-manifest file has the same form, and says of everything else that it is not known", () => {
  const binary = [{ package: "bash", version: "5.2", arch: "amd64" }];
  const source = [{ package: "bash", version: "5.2" }];
  const originReferences = [{ archive: "debian", reference: "2018041201" }];
  const json = manifestFileJson({ originReferences, packages: { binary, source } });
  expect(json).toMatchObject({ build: null, complete: null, changed: [], problems: [] });
  expect(json.origins).toMatchObject([
    { archive: "debian", uri: null, reference: "2018041201", referenceFrom: null },
  ]);
  expect(json.packages).toMatchObject([
    {
      kind: "binary",
      name: "bash",
      version: "5.2",
      architecture: "amd64",
      pin: null,
      reason: null,
      where: null,
    },
    { kind: "source", name: "bash", version: "5.2", architecture: null },
  ]);
});
