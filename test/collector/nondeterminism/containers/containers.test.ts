import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { arEntries } from "../../../../collector/nondeterminism/containers/ar.ts";
import {
  Budget,
  BuildBudget,
  fileLimit,
  memberLimit,
  mostMembers,
} from "../../../../collector/nondeterminism/containers/budget.ts";
import {
  containers,
  type Member,
  openContainer,
} from "../../../../collector/nondeterminism/containers/containers.ts";
import { cpioEntries } from "../../../../collector/nondeterminism/containers/cpio.ts";
import { tarEntries } from "../../../../collector/nondeterminism/containers/tar.ts";
import { cpioOf } from "../support/cpio.ts";

function open(content: Buffer, isWhole = true, budget = new Budget()): Member[] {
  return [...openContainer(content, isWhole, budget)];
}

function shown(members: readonly Member[]): [string, string][] {
  return members.map(({ name, data, problem }) => [name, problem === "" ? data.toString("latin1") : problem]);
}

function run(program: string, args: readonly string[], cwd: string, input?: Buffer): Buffer {
  return execFileSync(program, [...args], {
    cwd,
    input,
    stdio: ["pipe", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
}

function files(of: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), "isotrace-containers-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(of)) {
    const path = Buffer.from(join(directory, name), "latin1");
    mkdirSync(dirname(path.toString("latin1")), { recursive: true });
    writeFileSync(path, text, "latin1");
  }
  return directory;
}

const hasProgram = (program: string) => spawnSync("/bin/sh", ["-c", `command -v ${program}`]).status === 0;
const long = `d/${"n".repeat(80)}/${"m".repeat(80)}`;
const tree = { "d/a": "first", "d/b\xff": "second", [long]: "third" };

describe("what the tools make is opened", () => {
  it.each(["gzip", "zstd", "xz", "bzip2", "lz4"])("%s", (program) => {
    if (!hasProgram(program)) return expect(program).not.toBe("gzip");
    const text = "a text, compressed\n".repeat(1000);
    const content = run(program, ["-c"], "/", Buffer.from(text));
    expect(shown(open(content))).toEqual([[program, text]]);
    const cut = open(content.subarray(0, content.length - 9), false);
    expect(cut).toMatchObject([{ name: program, isCut: true }]);
  });

  it.each(["ustar", "gnu", "pax", "v7"])("tar, %s", (format) => {
    const of = format === "v7" ? { "d/a": "first" } : tree;
    const directory = files(of);
    const content = run(
      "tar",
      ["-c", "--sort=name", `--format=${format}`, "--mtime=@1700000000", "d"],
      directory,
    );
    expect(shown(open(content)).sort()).toEqual(Object.entries(of).sort());
    expect([...tarEntries(content)].map(({ mtime }) => mtime)).toEqual(
      Array.from({ length: [...tarEntries(content)].length }, () => 1_700_000_000),
    );
  });

  it("zip, deflated and stored", () => {
    const directory = files({ "d/a": "first ".repeat(100), "d/b": "x" });
    run("zip", ["-r", "out.zip", "d"], directory);
    const members = open(readFileSync(join(directory, "out.zip")));
    expect(shown(members).sort()).toEqual([
      ["d/a", "first ".repeat(100)],
      ["d/b", "x"],
    ]);
  });

  it("ar, with long names", () => {
    const directory = files({ short: "1", [`a-name-of-more-than-${"sixteen".repeat(3)}`]: "22" });
    run("sh", ["-c", "ar rc out.a short a-name*"], directory);
    const members = open(readFileSync(join(directory, "out.a")));
    expect(shown(members)).toEqual([
      ["short", "1"],
      [`a-name-of-more-than-${"sixteen".repeat(3)}`, "22"],
    ]);
  });

  it("a Debian package, down to a file of it", () => {
    const control = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b>\nDescription: x\n";
    const directory = files({ "p/DEBIAN/control": control, "p/etc/x": "content" });
    run("dpkg-deb", ["-b", "-Zgzip", "p", "x.deb"], directory);
    const outer = open(readFileSync(join(directory, "x.deb")));
    expect(outer.map(({ name }) => name)).toEqual(["debian-binary", "control.tar.gz", "data.tar.gz"]);
    const [tarball] = open(outer[2]!.data);
    expect(shown(open(tarball!.data))).toEqual([["./etc/x", "content"]]);
  });

  it("an initramfs: an archive, padding, and a compressed one", () => {
    const early = cpioOf([{ name: "kernel/x86/microcode", data: "code" }]);
    const main = cpioOf([
      { name: "init", data: "#!/bin/sh" },
      { name: "etc/x", data: "y" },
    ]);
    const content = Buffer.concat([early, Buffer.alloc(512), zstdCompressSync(main)]);
    const members = open(content);
    expect(members.map(({ name }) => name)).toEqual(["kernel/x86/microcode", "rest"]);
    const [unpacked] = open(members[1]!.data);
    expect(shown(open(unpacked!.data))).toEqual([
      ["init", "#!/bin/sh"],
      ["etc/x", "y"],
    ]);
    expect(shown(open(Buffer.concat([early, main])))).toHaveLength(3);
  });
});

describe("hostile containers", () => {
  it("ten gigabytes of zeros in gzip are not examined, and said to be", () => {
    // A thousand members after one another, of ten megabytes each.
    const member = gzipSync(Buffer.alloc(10_000_000));
    const [only, ...more] = open(Buffer.concat(Array.from({ length: 1000 }, () => member)));
    expect(more).toEqual([]);
    const problem = "it is gzip that holds more than 8388608 bytes";
    expect(only).toMatchObject({ name: "gzip", isCut: true, problem, data: Buffer.alloc(0) });
  });

  it("a bomb in zstd is not examined either", () => {
    const [only] = open(zstdCompressSync(Buffer.alloc(200_000_000)));
    const problem = "it is zstd that holds more than 8388608 bytes";
    expect(only).toMatchObject({ name: "zstd", isCut: true, problem, data: Buffer.alloc(0) });
  });

  it("a bomb in xz stops at the room for a member", () => {
    const [only] = open(run("xz", ["-1", "-c"], "/", Buffer.alloc(50_000_000)));
    const problem = "it is xz that holds more than 8388608 bytes";
    expect(only).toMatchObject({ name: "xz", isCut: true, problem, data: Buffer.alloc(0) });
  });

  it("a zip of bombs costs no more than the budget of its file", () => {
    const bomb = deflateRawSync(Buffer.alloc(100_000_000));
    const content = zipOf(Array.from({ length: 500 }, (_, i) => ({ name: `${i}`, data: bomb })));
    const budget = new Budget();
    const members = open(content, true, budget);
    expect(members.length).toBe(fileLimit / memberLimit + 1);
    expect(members.every(({ problem }) => problem !== "")).toBe(true);
    expect(budget.room).toBe(0);
  });

  it("the files of one build share what may be taken out of all of them", () => {
    const build = new BuildBudget();
    const content = gzipSync(Buffer.alloc(memberLimit));
    const opened = Array.from({ length: 40 }, () => open(content, true, new Budget(build))[0]!.problem);
    expect(opened.filter((problem) => problem === "")).toHaveLength(32);
    expect(opened.at(-1)).toMatch(/256 MiB of all/);
  });

  it("members that share their data, and damaged ones, are paid for each time", () => {
    const damaged = deflateRawSync(Buffer.alloc(1_000_000)).subarray(0, 500);
    const content = zipOf(Array.from({ length: 5000 }, (_, i) => ({ name: `${i}`, data: damaged })));
    const members = open(content);
    expect(members.length).toBeLessThan(200);
    expect(members.at(-1)!.problem).toMatch(/more than is taken out/);
  });

  it("a cpio with a million entries ends at the twenty-thousandth", () => {
    const one = cpioOf([{ name: "x", data: "y" }], false);
    const content = Buffer.concat(Array.from({ length: 1_000_000 }, () => one));
    const members = open(content);
    expect(members).toHaveLength(mostMembers + 1);
    expect(members.at(-1)!.problem).toMatch(/20,000 members/);
  });

  it("headers that lie about sizes, names and places end what is read", () => {
    const huge = cpioOf([{ name: "x", data: "y" }]);
    huge.write("ffffffff", 54, "latin1");
    expect(open(huge)).toMatchObject([{ name: "x", isCut: true, problem: "only its beginning is there" }]);
    const unnamed = cpioOf([{ name: "x", data: "y" }]);
    unnamed.write("ffffffff", 94, "latin1");
    expect([...cpioEntries(unnamed)]).toEqual([]);
    const away = zipOf([{ name: "x", data: Buffer.from("y") }]);
    away.writeUInt32LE(0xfffffff0, away.lastIndexOf("PK\x01\x02", undefined, "latin1") + 42);
    expect(open(away)).toMatchObject([{ problem: "its header is not where the archive says" }]);
    const ar = Buffer.from(`!<arch>\n${"x/".padEnd(16)}${"0".padEnd(32)}${"9999999999".padEnd(10)}\`\nabc`);
    expect([...arEntries(ar)]).toHaveLength(1);
    expect(open(ar)).toMatchObject([{ isCut: true }]);
  });

  it("whatever follows a magic number, opening ends, throws nothing and stays within its budget", () => {
    const starts = [
      gzipSync(Buffer.from("x")),
      zstdCompressSync(Buffer.from("x")),
      cpioOf([{ name: "a", data: "b" }]),
      zipOf([{ name: "a", data: Buffer.from("b") }]),
      Buffer.from("!<arch>\n"),
      Buffer.from("BZh91AY&SY"),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 }),
        fc.uint8Array({ maxLength: 300 }),
        (start, changes, rest) => {
          const content = Buffer.concat([start, rest]);
          for (const [at, byte] of changes) if (at >= 6 && at < content.length) content[at] = byte;
          const bytes = open(content).reduce((sum, { data }) => sum + data.length, 0);
          expect(bytes).toBeLessThanOrEqual(fileLimit);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("random data and texts are no containers", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), (bytes) => {
        expect(containers.filter((each) => each.matches(Buffer.from(bytes)))).toEqual([]);
      }),
    );
    const sparse = Buffer.alloc(2048, 0x30);
    expect(containers.some((each) => each.matches(sparse))).toBe(false);
  });
});

/** A zip archive of deflated members, with a central directory. */
function zipOf(members: readonly { name: string; data: Buffer }[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  const shared = new Map<Buffer, number>();
  for (const { name, data } of members) {
    const header = Buffer.alloc(46 + name.length);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(8, 10);
    header.writeUInt32LE(data.length, 20);
    header.writeUInt16LE(name.length, 28);
    header.write(name, 46);
    let at = shared.get(data);
    if (at === undefined) {
      const local = Buffer.alloc(30 + name.length);
      local.writeUInt32LE(0x04034b50, 0);
      local.writeUInt16LE(8, 8);
      local.writeUInt32LE(data.length, 18);
      local.writeUInt16LE(name.length, 26);
      local.write(name, 30);
      locals.push(local, data);
      at = offset;
      shared.set(data, at);
      offset += local.length + data.length;
    }
    header.writeUInt32LE(at, 42);
    central.push(header);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...central, end]);
}
