import { createCipheriv, createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Relative } from "../../../../collector/nondeterminism/family.ts";
import { cat, entry, epoch, facts, middle, observe, relative, subject } from "../support/subject.ts";

/** The same random bytes in every run. */
function random(size: number, key: number): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, key), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const digest = (algorithm: string) => createHash(algorithm).update("content").digest("hex");
const sha256sum = relative(["/usr/bin/sha256sum", "/etc/os-release"]);
const perl = relative(["/usr/bin/perl", "x"], [{ what: "/dev/urandom", count: 2 }]);
const python = relative(["/usr/bin/python3.11", "x"], [{ what: "getrandom", bytes: 24, flags: 1 }]);
const dpkg = relative(["/usr/bin/dpkg", "--unpack"], [{ what: "sysinfo" }, { what: "/etc/localtime" }]);

const uuid = "9f6b2c1e-3d4a-4b5c-8d7e-0123456789ab";
const decoys: readonly [string, string | Buffer, Relative?][] = [
  ["SOURCE_DATE_EPOCH in seconds", `built ${epoch}\n`],
  ["SOURCE_DATE_EPOCH in ISO 8601", `built ${iso(epoch)}\n`],
  ["SOURCE_DATE_EPOCH's day", `built ${iso(epoch).slice(0, 10)}\n`],
  ["SOURCE_DATE_EPOCH as HTTP has it", `Date: ${new Date(epoch * 1000).toUTCString()}\n`],
  ["a gzip of it", gzipSync(`built ${iso(epoch)}\n`)],
  ["a changelog", "x (1.0-1) unstable; urgency=medium\n\n -- A <a@b>  Sun, 01 Nov 2026 09:36:40 +0000\n"],
  ["a changelog of the week", ` -- A <a@b>  ${new Date((middle - 3 * 86_400) * 1000).toUTCString()}\n`],
  ["a copyright", "Copyright (C) 2019-2026 A\n"],
  ["a date to come", "expires: 2027-11-24T09:36:40Z\n"],
  ["a fixed UUID in a setting", `UUID=${uuid} / ext4 defaults 0 1\n`],
  ["a fixed UUID that perl wrote", `uuid = ${uuid}\n`, perl],
  ["a fixed UUID that Python wrote", `uuid = ${uuid}\n`, python],
  [
    "a UUID of a name",
    "886313e1-3b8a-5372-9b90-0c9aee199e5d\n",
    relative(["/usr/bin/uuidgen"], [{ what: "getrandom", bytes: 16 }]),
  ],
  ["a sha256 of a file", `${digest("sha256")}  /etc/os-release\n`, sha256sum],
  ["a sha256 that perl wrote", `${digest("sha256")}\n`, perl],
  ["md5sums that dpkg wrote", `${digest("md5")}  usr/bin/x\n`.repeat(20), dpkg],
  [
    "a certificate that was copied",
    `-----BEGIN CERTIFICATE-----\n${random(900, 1).toString("base64")}\n-----END CERTIFICATE-----\n`,
  ],
  ["a version that looks like a time of last year", `Version: 1.0+git${middle - 31_536_000}-1\n`],
  ["a version that looks like a day", "Version: 20251124-1\n"],
  ["a long number that begins like a time", `serial = ${middle}${middle}\n`],
  ["a port and a size that are numbers", "port = 4711\nsize = 6\n"],
  ["a word like the host's name", "forge-70 reforge-7x\n"],
  ["another kernel's release", "6.12.9-amd64 6.12.90-builder2\n"],
  ["another build directory", "/srv/images/nightly2/x /srv/images/nightly-old\n"],
  ["the name of a zone and a locale that all have", "Etc/UTC C.UTF-8 en_US.UTF-8\n"],
  ["random bytes that were copied", random(4096, 2)],
  [
    "random bytes with a time in 32 bits among them",
    Buffer.concat([random(40_000, 3), time32(), random(40_000, 4)]),
  ],
  ["pointers in hexadecimal that are masks", "0x7fffffffffff 0xffffffffffffffff 0x555555555555\n"],
  ["a list in the author's order", "zsh\nbash\ndash\nsh\n", relative(["/usr/sbin/add-shell"])],
  [
    "an alternatives file",
    "auto\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\n\n/bin/nano\n40\n",
  ],
  ["thread counts in dpkg's control file", "if [ $CPUS = 6 ]; then\n", dpkg],
  ["a phone number", "call +1 (795) 513-0000 or 1795 513 000\n"],
];

function time32(): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(middle);
  return bytes;
}

describe("what is the same in every build is no finding", () => {
  it.each(decoys)("%s", (_, content, writer = cat) => {
    expect(observe(subject("/etc/x", content, { family: [writer] }))).toEqual([]);
  });

  it("a directory or link of a package's script, with an old time", () => {
    const link = entry("/etc/x", { type: "symlink", target: "../usr/lib/x.so.1.2.11" });
    expect(observe(subject("/etc/x", undefined, { entry: link }))).toEqual([]);
    const directory = entry("/var/lib/x", { type: "directory", mode: 0o755 });
    expect(observe(subject("/var/lib/x", undefined, { entry: directory }))).toEqual([]);
  });
});

describe("chance makes no finding", () => {
  const hours = { from: facts.from - 2 * 3600e6, to: facts.to + 2 * 3600e6 };

  it.each([
    ["random bytes", (i: number) => random(16 << 10, i)],
    ["random bytes in hexadecimal", (i: number) => Buffer.from(random(8 << 10, i).toString("hex"))],
    ["random bytes in base64", (i: number) => Buffer.from(random(12 << 10, i).toString("base64"))],
    ["random digits", (i: number) => Buffer.from(random(4 << 10, i).join(" "))],
  ])("%s, 4 MB of them, in a build of four hours", (_, make) => {
    for (let i = 0; i < 251; i++) {
      expect(observe(subject("/x", make(i), { family: [cat] }), hours)).toEqual([]);
    }
  });

  it("random numbers of few bytes among zeros are taken for times once in a hundred files, and not for sure", () => {
    const found = Array.from({ length: 251 }, (_, i) =>
      observe(subject("/x", sparse(random(16 << 10, i))), hours),
    );
    expect(found.filter((observations) => observations.length > 0).length).toBeLessThanOrEqual(3);
    expect(found.flat().every(({ confidence }) => confidence === "medium")).toBe(true);
  });

  /** Small numbers in a structure: of every four bytes the higher ones are mostly zero. */
  function sparse(bytes: Buffer): Buffer {
    return bytes.map((byte, i) => (i % 4 === 3 || i % 8 > 5 ? 0 : byte)) as Buffer;
  }
});

it("what is written to take long does not", () => {
  const worst = [
    "1".repeat(1 << 18),
    " ".repeat(1 << 18),
    "a".repeat(1 << 18),
    "-".repeat(1 << 18),
    `${"4711 ".repeat(50_000)}x`,
    "=:".repeat(1 << 17),
    "Nov 24 ".repeat(40_000),
    "2026-11-24 ".repeat(25_000),
    "/a".repeat(1 << 17),
    "a\n".repeat(1 << 17),
    "-----BEGIN CERTIFICATE-----".repeat(10_000),
    '"'.repeat(1 << 18),
    `proc${" ".repeat(1 << 18)}6`,
    "\t\n".repeat(1 << 17),
    "a:b:c:d:e:f:g:h:i\n".repeat(14_000),
  ];
  const family = [
    relative(["/usr/bin/find"], [{ what: "sched_getaffinity" }, { what: "getrandom", bytes: 99 }]),
    relative(["/usr/bin/nproc"]),
    relative(["/usr/bin/perl", "-e", "keys %h ".repeat(10_000)]),
  ];
  for (const text of worst) {
    for (const path of ["/etc/shadow", "/x/loaders.cache", "/x/machine-id"]) {
      expect(observe(subject(path, text, { family })).length).toBeLessThan(2000);
    }
  }
});
