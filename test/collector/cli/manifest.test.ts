import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { analyze } from "../../../collector/analyze.ts";
import * as manifest from "../../../collector/cli/manifest.ts";
import { UsageError } from "../../../collector/cli/usage-error.ts";
import { manifestFormats } from "../../../collector/manifest/formats/formats.ts";
import { recordedBuild } from "../manifest/formats/builds.ts";
import { run } from "../support/command.ts";
import { liveBuild } from "../support/live-build.ts";

const reference = join(import.meta.dirname, "../manifest/reference/tails-amd64-3.15.build-manifest");
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-manifest-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

/** A file below the test's directory. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The one line of a usage error. */
async function refusal(...args: string[]): Promise<string> {
  const error = await manifest.main(args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(/^[^\p{Cc}\u2028\u2029]+$/u);
  return (error as Error).message;
}

describe("of a build", () => {
  it("every format prints what stands in the build's output directory", async () => {
    const recording = recordedBuild().save();
    await analyze(recording, directory);
    for (const { name, file } of manifestFormats) {
      const { status, out, err } = await run(manifest, "--format", name, recording);
      expect({ name, status, err }).toEqual({ name, status: 0, err: "" });
      if (file !== undefined) expect(out).toBe(readFileSync(join(directory, file), "latin1"));
    }
  });

  it("without an image file there is no statement, in one line; its other reports are made", async () => {
    const recording = recordedBuild({ withoutImage: true }).save();
    for (const name of ["slsa", "runtime-trace"]) {
      expect(await refusal("--format", name, recording)).toBe(
        `manifest: --format ${name} states something of an image file, and build "test-build" recorded none; give a build that made one`,
      );
    }
    await analyze(recording, directory);
    expect(() => readFileSync(join(directory, "provenance.intoto.json"))).toThrow("ENOENT");
    expect(readFileSync(join(directory, "manifest.spdx.json"), "utf8")).toContain("SPDX-2.3");
  });

  it("an incomplete recording, and packages that the build-manifest cannot hold, are said on standard error", async () => {
    const { s } = liveBuild();
    s.package({ name: "ev il", version: "1" });
    const { out, err } = await run(manifest, s.save());
    expect(out).toContain("binary: []");
    expect(err).toMatch(
      /^isotrace: INCOMPLETE: the recording was not closed.*\nisotrace: 1 packages cannot stand/,
    );
  });

  it("the recorded extra packages are merged; a file that is given takes their place", async () => {
    const s = recordedBuild({ unfinished: true });
    const extra = (name: string) =>
      `packages:\n  binary:\n  - {package: ${name}, arch: all, version: 1.10}\n`;
    s.add({
      kind: "configuration",
      time: s.time,
      root: 1,
      path: Buffer.from("/config/build-manifest-extra-packages.yml"),
      content: Buffer.from(extra("zz-recorded")),
      removed: false,
      cut: false,
    });
    s.end();
    const recording = s.save();
    const entry = (name: string) => `  - arch: all\n    package: ${name}\n    version: '1.10'\n`;
    expect((await run(manifest, recording)).out).toContain(entry("zz-recorded"));
    const { out } = await run(manifest, "--extra-packages", file("e.yml", extra("zz-given")), recording);
    expect(out).toContain(entry("zz-given"));
    expect(out).not.toContain("zz-recorded");
  });

  it("rules for origins come before those of the build", async () => {
    const rules =
      "origins:\n  - match: http://deb.debian.org/debian\n    name: mirror\n    reference: '2024'\n";
    const { out } = await run(manifest, "--origins", file("o.yml", rules), recordedBuild().save());
    expect(out).toContain("  mirror:\n    reference: '2024'\n");
  });

  it("a signed statement is an envelope of what is printed without a signature", async () => {
    const recording = recordedBuild().save();
    const { privateKey } = generateKeyPairSync("ed25519");
    const key = file("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }));
    const plain = await run(manifest, "--format", "slsa", recording);
    const signed = JSON.parse((await run(manifest, "--format", "slsa", "--sign", key, recording)).out);
    expect(Buffer.from(signed.payload, "base64").toString("latin1")).toBe(plain.out);
    expect(await refusal("--sign", key, recording)).toContain(
      "--sign needs --format slsa or runtime-trace, but it is tails",
    );
  });

  it("text: archives, and packages by the system that they were used in; nothing commands the terminal", async () => {
    const s = recordedBuild({ unfinished: true });
    s.package({ root: s.directory("chroot"), name: "zz\u001b[31m", version: "1" });
    s.end();
    const { out } = await run(manifest, "--format", "text", s.save());
    expect(out).toMatch(/^Archives\n {2}debian +20240106T100000Z +http:\/\/deb\.debian\.org\/debian\n/);
    expect(out).toMatch(/\n\nIn the image: 8\n {2}base-files +12\.4\+deb12u5 +amd64 +Debian\n/);
    expect(out).toMatch(/removed before it was packed: 1\n {2}dctrl-tools +2\.24-3 +amd64 +Debian\n/);
    expect(out).toMatch(/In the builder's chroot: \d+\n(?: {2}.*\n)*? {2}squashfs-tools/);
    expect(out).toContain("zz\\x1b[31m");
    expect(out).not.toContain("\u001b");
  });

  it("buildinfo: the image's checksum; used and not in it, in a field of its own; one line for each variable", async () => {
    const environment = [{ name: Buffer.from("LANG"), value: Buffer.from('C"\nInstalled-Build-Depends: x') }];
    const recording = recordedBuild({ segment: { environment, directory: Buffer.from("/b d") } }).save();
    const { out } = await run(manifest, "--format", "buildinfo", recording);
    expect(out).toContain(`Checksums-Sha256:\n ${"1".repeat(64)} 7 live-image-amd64.hybrid.iso\n`);
    expect(out).toContain("Build-Date: Mon, 01 Jan 2024 00:00:01 +0000\nBuild-Path: /b\\x20d\n");
    expect(out).toContain("X-Used-During-Build:\n dctrl-tools (= 2.24-3),\n squashfs-tools (= 1:4.5.1-1)\n");
    expect(out).toContain('Environment:\n LANG="C\\"\\\\x0aInstalled-Build-Depends: x"\n');
    expect(out.match(/^Installed-Build-Depends:/gm)).toHaveLength(1);
  });
});

describe("of a bare build-manifest", () => {
  it("buildinfo: of several versions of a package, the newest by dpkg's order is what a chroot can have", async () => {
    const entries = ["1:1.0", "9.0", "1:1.0~rc1"].map(
      (version) => `  - arch: all\n    package: a\n    version: '${version}'\n`,
    );
    const path = file("x.build-manifest", `---\npackages:\n  binary:\n${entries.join("")}`);
    const { out } = await run(manifest, "--format", "buildinfo", path);
    expect(out).toContain(
      "Installed-Build-Depends:\n a (= 1:1.0)\nX-Used-During-Build:\n a (= 1:1.0~rc1),\n a (= 9.0)\n",
    );
  });

  it.each([
    ["cyclonedx", "pkg:deb/debian/base-files@9.9%2Bdeb9u9?arch=amd64&distro=debian-9"],
    ["spdx", "pkg:deb/debian/syslinux@3:6.03%2Bdfsg-14.1%2Bdeb9u1?arch=source&distro=debian-9"],
    ["spdx", '"created": "2019-07-08T00:00:00Z"'],
    ["buildinfo", "Installed-Build-Depends:\n accountsservice (= 0.6.43-1),\n"],
    ["text", "torproject       2019060802"],
  ])("%s has %s", async (name, expected) => {
    expect((await run(manifest, "--format", name, reference)).out).toContain(expected);
  });

  it.each(["slsa", "runtime-trace"])("%s needs what only a recording tells", async (name) => {
    expect(await refusal("--format", name, reference)).toMatch(/needs what a recording tells.*give a BUILD/);
  });

  const bytes = readFileSync(reference);
  const head = "---\npackages:\n  binary:\n";
  const entry = (version: string) => `  - arch: all\n    package: a\n    version: ${version}\n`;
  it.each([
    ["cut in half", bytes.subarray(0, bytes.length >> 1), /must end with a line break/],
    [
      "a package twice",
      head + entry("'1'") + entry("'1'"),
      /line 7: must name a thing once, but it is "a_1_all again"/,
    ],
    ["a version with a space", head + entry("1 2"), /line 6: the version must have letters.*but it is "1 2"/],
    ["an alias", head + entry("*a"), /line 6: the version must be plain text/],
    [
      "a serial that is none",
      `---\norigin_references:\n  debian:\n    reference: '20 19'\n${head.slice(4)}`,
      /line 4: the reference must be/,
    ],
  ])("%s is refused", async (_, content, message) => {
    expect(await refusal(file("x.build-manifest", content))).toMatch(message);
  });

  it("100 MB of YAML aliases are refused by their size", async () => {
    const path = file("aliases", `x: &x y\nz: [${"*x,".repeat(1000)}`);
    truncateSync(path, 100_000_000);
    expect(await refusal(path)).toMatch(
      /aliases: must be at most 16777216 bytes, but it is "100000000 bytes"/,
    );
  });
});

describe("of triplet lists", () => {
  const lists = {
    deburis: "bash 5.0-4 http://h/debian/2019061901/pool/main/b/bash/bash_5.0-4_amd64.deb\n",
    binuris:
      "zip 3:3.0 http://h/debian/2019061901/pool/main/z/zip/zip_3%3a3.0_amd64.deb\n" +
      "tor 0.4 http://h/torproject/2019060802/pool/main/t/tor/tor_0.4_all.deb\n",
    srcuris: "zip 3:3.0 http://h/debian/2019061901/pool/main/z/zip/zip_3.0.dsc\n",
  };
  const put = (more: Record<string, string> = {}) => {
    for (const [name, content] of Object.entries({ ...lists, ...more })) file(`lists/${name}`, content);
    return join(directory, "lists");
  };
  const serial = (archive: string, content: string) =>
    dirname(dirname(file(`serials/${archive}/serial`, content)));

  it("prints what Tails' aggregator does, with the archives' serials and the extra packages", async () => {
    serial("torproject", "latest\n");
    serial("debian-security", "");
    const serials = serial("debian", "2019061901\n");
    file("config/build-manifest-extra-packages.yml", "packages: {source: [{package: a, version: 1}]}\n");
    vi.spyOn(process, "cwd").mockReturnValue(directory);
    const { out } = await run(manifest, "--triplets", put(), "--serials", serials);
    expect(out).toBe(`---
origin_references:
  debian:
    reference: '2019061901'
  debian-security:
    reference: unknown
  torproject:
    reference: latest
packages:
  binary:
  - arch: amd64
    package: bash
    version: 5.0-4
  - arch: all
    package: tor
    version: '0.4'
  - arch: amd64
    package: zip
    version: 3:3.0
  source:
  - package: a
    version: '1'
  - package: zip
    version: 3:3.0
`);
  });

  it("purls of a third party's packages are told by their archive", async () => {
    const { out } = await run(manifest, "--format", "cyclonedx", "--triplets", put());
    expect(out).toContain("pkg:deb/debian/zip@3:3.0?arch=amd64");
    expect(out).toContain("pkg:deb/torproject/tor@0.4?arch=all&repository_url=http%3A%2F%2Fh%2Ftorproject");
  });

  it.each([
    [
      "2 words",
      { binuris: "zip 3.0\n" },
      /binuris line 1: must be three words: package version uri, but it is "zip 3\.0"/,
    ],
    ["4 words", { srcuris: "zip 3.0 http://h/zip.dsc more\n" }, /srcuris line 1: must be three words/],
    [
      "a URI without an architecture",
      { deburis: "zip 3.0 http://h/zip.deb\n" },
      /deburis line 1: the URI must end with _ARCH\.deb/,
    ],
  ])("%s are refused", async (_, more, message) => {
    expect(await refusal("--triplets", put(more))).toMatch(message);
  });

  it.each([["201906190"], ["2019061901x"], ["2019061901\n2019061902"], ["../../etc"]])(
    "a serial %j is refused",
    async (content) => {
      const line = await refusal("--triplets", put(), "--serials", serial("debian", content));
      expect(line).toMatch(/debian\/serial: must be a serial \(YYYYMMDDNN\).*; write the serial/);
    },
  );

  it("a list that is missing, a directory or a pipe is named, and nothing waits", async () => {
    const at = put();
    rmSync(join(at, "srcuris"));
    expect(await refusal("--triplets", at)).toMatch(
      /srcuris: must be readable, but it is "ENOENT"; give a directory with/,
    );
    execaSync("mkfifo", [join(at, "srcuris")]);
    expect(await refusal("--triplets", at)).toMatch(/srcuris: must be a file/);
    rmSync(join(at, "srcuris"));
    expect(await refusal("--triplets", put({ srcuris: "" }), "--serials", at)).toMatch(
      /binuris\/serial: must be readable/,
    );
  });

  it("options that do not go together are refused", async () => {
    const at = put();
    expect(await refusal()).toMatch(/give one BUILD or MANIFEST, or --triplets DIR/);
    expect(await refusal("--triplets", at, reference)).toMatch(
      /give one BUILD or MANIFEST, or --triplets DIR/,
    );
    expect(await refusal("--serials", at, reference)).toMatch(/--serials needs --triplets/);
    expect(await refusal("--origins", at, reference)).toMatch(/--origins needs a BUILD/);
    expect(await refusal("--format", "slsa", "--triplets", at)).toMatch(/needs what a recording tells/);
    expect(await refusal("--format", "xml", reference)).toMatch(
      /--format must be one of tails, json, text, cyclonedx/,
    );
  });
});
