import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDebName } from "../../../../agent/probe/package/deb-name.ts";
import { parseStanza, sourceOf, stanzas } from "../../../../agent/probe/package/deb822.ts";
import { parseDeburis } from "../../../../agent/probe/package/deburis.ts";
import { parseDpkgLog } from "../../../../agent/probe/package/dpkg-log.ts";
import { parseListName } from "../../../../agent/probe/package/list-name.ts";
import { Places } from "../../../../agent/probe/package/places.ts";
import { parseRelease } from "../../../../agent/probe/package/release.ts";
import { parseSources } from "../../../../agent/probe/package/sources-list.ts";
import { parseStatus } from "../../../../agent/probe/package/status.ts";

const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,20}$/);
const version = fc.stringMatching(/^([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,20}$/);
const architecture = fc.constantFrom("amd64", "all", "arm64");
const bytes = fc.uint8Array({ maxLength: 400 }).map((each) => Buffer.from(each).toString("latin1"));

describe("deburis", () => {
  it("gives back every line that was written, and no part of a line being written", () => {
    const triplet = fc.record({
      name,
      version,
      uri: name.map((each) => `http://mirror/pool/${each}_1_all.deb`),
    });
    fc.assert(
      fc.property(fc.array(triplet), fc.nat(60), (triplets, cut) => {
        const text = triplets.map((each) => `${each.name} ${each.version} ${each.uri}\n`).join("");
        expect(parseDeburis(text)).toEqual(triplets);
        const part = parseDeburis(text.slice(0, Math.max(0, text.length - cut)));
        expect(triplets.slice(0, part.length)).toEqual(part);
      }),
    );
  });
});

describe("dpkg.log", () => {
  it("tells what was installed, upgraded, removed and purged, and of which version", () => {
    const log = [
      "2026-01-02 03:04:05 startup archives unpack",
      "2026-01-02 03:04:05 install libc6:amd64 <none> 2.36-9+deb12u13",
      "2026-01-02 03:04:05 status half-installed libc6:amd64 2.36-9+deb12u13",
      "2026-01-02 03:04:06 upgrade mtools:amd64 4.0.32-1 4.0.33-1+really4.0.32-1",
      "2026-01-02 03:04:07 install tzdata:all 2024a-0 2024b-0",
      "2026-01-02 03:04:08 remove xorriso:amd64 1.5.4-4 <none>",
      "2026-01-02 03:04:09 purge xorriso:amd64 1.5.4-4 <none>",
      "2026-01-02 03:04:10 configure libc6:amd64 2.36-9+deb12u13 <none>",
      "2026-01-02 03:04:11 disappear old:all 1-1 <none>",
    ].join("\n");
    const [before, run] = parseDpkgLog(log);
    expect(before).toEqual([]);
    expect(run!.map((each) => [each.action, each.name, each.oldVersion, each.version])).toEqual([
      ["install", "libc6", "", "2.36-9+deb12u13"],
      ["upgrade", "mtools", "4.0.32-1", "4.0.33-1+really4.0.32-1"],
      ["install", "tzdata", "2024a-0", "2024b-0"],
      ["remove", "xorriso", "", "1.5.4-4"],
      ["purge", "xorriso", "", "1.5.4-4"],
      ["remove", "old", "", "1-1"],
    ]);
  });

  it("keeps runs of dpkg apart, and the rest of one that began before", () => {
    const at = "2026-01-02 03:04:05";
    const log = `${at} install a:all <none> 1\n${at} startup archives unpack\n${at} install b:all <none> 1\n${at} startup packages configure\n`;
    expect(parseDpkgLog(log).map((run) => run.map((each) => each.name))).toEqual([["a"], ["b"], []]);
  });
});

describe("names of downloaded packages", () => {
  it("round-trip, with an epoch's colon as apt writes it", () => {
    fc.assert(
      fc.property(name, version, architecture, (name, version, architecture) => {
        const file = `${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;
        expect(parseDebName(file)).toEqual({ name, version, architecture });
      }),
    );
  });
});

describe("names of apt's lists", () => {
  it("give archive, suite and component back", () => {
    expect(parseListName("deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages")).toEqual({
      kind: "packages",
      base: "deb.debian.org/debian",
      suite: "bookworm",
      component: "main",
      compression: "",
    });
    expect(
      parseListName("h%5fost_a%7eb_debian_dists_stable_updates_non-free_source_Sources.xz"),
    ).toMatchObject({
      kind: "sources",
      base: "h_ost/a~b/debian",
      suite: "stable/updates",
      component: "non-free",
      compression: "xz",
    });
    expect(parseListName("_root_packages_._Packages")).toMatchObject({ base: "/root/packages/.", suite: "" });
    expect(parseListName("tagged.snapshots_3.15_debian_dists_stretch_InRelease")).toMatchObject({
      kind: "release",
      base: "tagged.snapshots/3.15/debian",
      suite: "stretch",
    });
    expect(parseListName("lock")).toBeUndefined();
  });
});

describe("apt's configuration", () => {
  it("is read in both of apt's styles, without passwords", () => {
    const lines = [
      "# deb http://no.example/x y z",
      "deb [arch=amd64 signed-by=/k.gpg] https://me:secret@a.example/debian/ bookworm main contrib # mine",
      "deb-src tor+http://b.onion/debian bookworm main",
      "deb [ trusted=yes ] file:/root/packages ./",
    ].join("\n");
    expect(parseSources(lines, "sources.list")).toEqual([
      { uri: "https://a.example/debian", suite: "bookworm", components: ["main", "contrib"] },
      { uri: "tor+http://b.onion/debian", suite: "bookworm", components: ["main"] },
      { uri: "file:/root/packages", suite: "./", components: [] },
    ]);
    const stanza =
      "Types: deb\nURIs: https://d.example/debian/\n https://e.example/debian\nSuites: sid\nComponents: main\n";
    expect(parseSources(stanza, "debian.sources")).toEqual([
      { uri: "https://d.example/debian", suite: "sid", components: ["main"] },
      { uri: "https://e.example/debian", suite: "sid", components: ["main"] },
    ]);
  });
});

describe("control files", () => {
  it("keep continued lines, and end at a blank one", () => {
    const [first, second] = [
      ...stanzas("Package: a\nConffiles:\n /etc/a abc\n /etc/b def\nVersion: 1\n\nPackage: b\n"),
    ];
    expect(first?.get("conffiles")).toBe("\n/etc/a abc\n/etc/b def");
    expect(first?.get("version")).toBe("1");
    expect(second?.get("package")).toBe("b");
  });

  it("say which source a package is of", () => {
    expect(sourceOf(parseStanza("Package: libx1\nSource: x (2-1)\nVersion: 2-1+b3"))).toEqual({
      source: "x",
      sourceVersion: "2-1",
    });
    expect(sourceOf(parseStanza("Package: x\nVersion: 2-1"))).toEqual({ source: "x", sourceVersion: "2-1" });
  });

  it("show what is installed, and not what is only configured", () => {
    const text = [
      "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all",
      "Package: b\nStatus: deinstall ok config-files\nVersion: 2\nArchitecture: all",
      "Package: c\nStatus: install ok unpacked\nVersion: 3\nArchitecture: amd64\nSource: d",
    ].join("\n\n");
    expect(parseStatus(text).map((each) => `${each.name} ${each.version} ${each.source}`)).toEqual([
      "a 1 a",
      "c 3 d",
    ]);
  });
});

describe("Release files", () => {
  it("are read within their signature, and not beyond", () => {
    const text =
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nSuite: stable\nDate: Sat, 11 Jul 2026 10:16:37 UTC\n-----BEGIN PGP SIGNATURE-----\nOrigin: Forged\n";
    expect(parseRelease(text)).toMatchObject({
      origin: "Debian",
      releaseSuite: "stable",
      date: "Sat, 11 Jul 2026 10:16:37 UTC",
    });
  });
});

describe("hostile text", () => {
  it("never makes a parser throw", () => {
    fc.assert(
      fc.property(bytes, (text) => {
        for (const parse of [
          parseDeburis,
          parseDpkgLog,
          (list: string) => new Places().of(list),
          parseStatus,
          parseRelease,
          parseDebName,
          parseListName,
        ])
          parse(text);
        parseSources(text, "x.list");
        parseSources(text, "x.sources");
      }),
    );
  });
});
