import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { byBlame, culpritsOf } from "../../../collector/nondeterminism/culprit.ts";
import { examine, findingsOf } from "../../../collector/nondeterminism/find.ts";
import { liveBuildHooks } from "../../../collector/nondeterminism/remedies/live-build.ts";
import { remedyFor } from "../../../collector/nondeterminism/remedies.ts";
import { materialOf } from "../../../collector/report/report.ts";
import { Stories } from "../../../collector/story/story.ts";
import { writersOf } from "../../../collector/story/writers.ts";
import { operation } from "../../../proto/events.ts";
import { aptRun, liveBuild, packed } from "../support/live-build.ts";
import { Scenario } from "../support/scenario.ts";

const epoch = [{ name: Buffer.from("SOURCE_DATE_EPOCH"), value: Buffer.from("1700000000") }];

describe("an archive that changes while the build runs", () => {
  const release = (s: Scenario, root: number, date: string, digit: number) =>
    s.add({
      kind: "release",
      time: s.time,
      root,
      list: "deb.debian.org_debian_dists_bookworm_InRelease",
      uri: "http://deb.debian.org/debian",
      suite: "bookworm",
      origin: "Debian",
      label: "Debian",
      releaseSuite: "stable",
      codename: "bookworm",
      date,
      validUntil: "",
      sha256: String(digit).repeat(64),
      version: "12",
      signature: Buffer.alloc(0),
      notAutomatic: false,
      butAutomaticUpgrades: false,
    });
  const built = (...states: [date: string, digit: number][]) => {
    const b = liveBuild(new Scenario({ environment: epoch }));
    const root = b.s.directory("chroot");
    const origin = { list: "", uri: "http://deb.debian.org/debian", suite: "bookworm", component: "main" };
    b.s.package({
      root,
      name: "p",
      version: "1",
      uri: "http://deb.debian.org/debian/pool/p.deb",
      origins: [origin],
    });
    for (const [date, digit] of states) release(b.s, root, date, digit);
    packed(b, {});
    return findingsOf(materialOf(b.s.read()));
  };
  const first = "Sat, 11 Nov 2023 09:00:00 UTC";
  const second = "Sat, 11 Nov 2023 15:00:00 UTC";

  test("is a finding, with both states", () => {
    expect(built([first, 1], [second, 2])).toMatchObject([
      {
        path: "",
        source: "package-set",
        confidence: "high",
        evidence: [{ meaning: expect.stringContaining(first) }, { meaning: expect.stringContaining(second) }],
        reasons: [expect.stringMatching(/archive debian, suite bookworm, in more than one state/)],
      },
    ]);
  });

  test("is none if it was only asked twice", () => {
    expect(built([first, 1], [first, 1])).toEqual([]);
  });
});

describe("who is to blame", () => {
  const build = () => {
    const b = liveBuild();
    const postinst = b.s.run(
      aptRun(b, ["--configure", "java"]),
      ["/var/lib/dpkg/info/java.postinst", "configure"],
      {
        interpreter: "/bin/sh",
        root: b.root,
      },
    );
    b.s.create(postinst, "chroot/etc/f");
    const hook = b.s.run(b.build, ["/root/0500-a.hook.chroot"], { interpreter: "/bin/sh", root: b.root });
    b.s.write(
      b.s.run(hook, ["chmod", "600", "/etc/f"], { root: b.root }),
      "chroot/etc/f",
      operation.attributes,
    );
    packed(b, { "/etc/f": {} });
    const read = b.s.read();
    return writersOf(read, new Stories(read), "/etc/f", "", read.image!.entries.get("/etc/f")!);
  };
  const names = (source: Parameters<typeof byBlame>[1]) =>
    culpritsOf(byBlame(build(), source)).map(({ kind, name }) => `${kind} ${name}`);

  test("for the content: who wrote it, before who changed its mode later", () => {
    expect(names("timestamp")).toEqual(["package java", "hook 0500-a.hook.chroot"]);
  });

  test("for its mode and time: who came last", () => {
    expect(names("file-metadata")).toEqual(["hook 0500-a.hook.chroot", "package java"]);
  });
});

describe("remedies", () => {
  test("name only hooks that live-build has", () => {
    const named = liveBuildHooks.flatMap(
      ({ remedy }) => remedy.match(/\d{4}-[\w-]+(?=\.hook\.chroot)/g) ?? [],
    );
    const places = [
      "/usr/share/live/build/hooks/normal",
      "/usr/share/doc/live-build/examples/hooks/reproducible",
    ];
    const lacking = named.filter(
      (name) => !places.some((place) => existsSync(`${place}/${name}.hook.chroot`)),
    );
    expect(lacking).toEqual([]);
    expect(new Set(named).size).toBeGreaterThan(20);
  });

  test.each([
    ["randomness", "/etc/ssh/ssh_host_rsa_key", /8050-remove-openssh-server-host-keys/],
    ["randomness", "/etc/machine-id", /8060-remove-systemd-machine-id/],
    ["timestamp", "/var/log/apt/history.log", /8030-truncate-log-files/],
    ["archive-metadata", "/var/cache/ldconfig/aux-cache", /8080-reproducible-glibc/],
    ["timestamp", "/usr/lib/python3/dist-packages/__pycache__/a.cpython-311.pyc", /9010-remove-python-pyc/],
    ["ordering", "/etc/perl/XML/SAX/ParserDetails.ini", /2004-reproducible-libxml-sax-perl.*#993444/],
    ["ordering", "/var/lib/texmf/ls-R", /2008-reproducible-texlive-base-mktexlsr.*#1003449/],
    ["timestamp", "/etc/mdadm/mdadm.conf", /2002-reproducible-mdadm.*#982607/],
    ["timestamp", "/etc/ssl/certs/java/cacerts", /OpenJDK/],
    ["timestamp", "/opt/x.gz", /gzip --no-name/],
    ["ordering", "/opt/x.tar.gz", /tar --sort=name/],
    ["timestamp", "/opt/x", /^write SOURCE_DATE_EPOCH/],
  ] as const)("%s in %s", (source, path, remedy) => {
    expect(remedyFor(source, path, undefined)).toMatch(remedy);
  });

  test("depend on the program that wrote, and on the culprit", () => {
    expect(remedyFor("ordering", "/opt/x", undefined, { program: "python3" })).toContain("PYTHONHASHSEED=0");
    const culprit = { kind: "package" as const, name: "ssl-cert", package: null };
    expect(remedyFor("randomness", "/etc/ssl/certs/0a1b2c3d.0", culprit)).toContain(
      "8090-remove-ssl-cert-snakeoil",
    );
  });
});

test("what was not recorded of a file is told of, and the rest is examined", () => {
  const b = liveBuild(new Scenario({ environment: epoch }));
  b.s.create(b.build, "chroot/etc/large");
  const data = Buffer.from("the beginning");
  const sha256 = Buffer.alloc(32, 9);
  b.s.add({ kind: "content", time: b.s.time, sha256, size: 1 << 30, data, omitted: "size" });
  packed(b, { "/etc/large": { sha256, size: 1 << 30 } });
  const { unexamined } = examine(materialOf(b.s.read()));
  expect(unexamined).toMatchObject([{ path: "/etc/large" }]);
});
