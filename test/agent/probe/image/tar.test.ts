import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TarReader } from "../../../../agent/probe/image/tar.ts";
import { TarError, type TarHeader } from "../../../../agent/probe/image/tar-header.ts";
import { scratch } from "./lib/scratch.ts";
import { makeTree } from "./lib/tree.ts";

const top = scratch();
const tree = join(top, "tree");
const archives = new Map<string, Buffer>();

interface Entry {
  header: TarHeader;
  content: Buffer;
}

function readAll(archive: Buffer, pieces: number[] = [archive.length]): Entry[] {
  const entries: Entry[] = [];
  let parts: Buffer[] = [];
  const reader = new TarReader({
    entry: (header) => {
      parts = [];
      entries.push({ header, content: Buffer.alloc(0) });
    },
    content: (part) => parts.push(Buffer.from(part)),
    end: () => {
      entries.at(-1)!.content = Buffer.concat(parts);
    },
  });
  let at = 0;
  for (let i = 0; at < archive.length; i++) {
    const length = Math.max(1, pieces[i % pieces.length]!);
    reader.push(archive.subarray(at, at + length));
    at += length;
  }
  reader.end();
  return entries;
}

beforeAll(async () => {
  mkdirSync(tree);
  await makeTree(tree);
  for (const format of ["gnu", "pax", "oldgnu"]) {
    const args = ["-c", `--format=${format}`, "--sort=name", "--exclude=./sparse", "--exclude=./large", "."];
    if (format === "pax") args.unshift("--xattrs", "--xattrs-include=*");
    const { stdout } = await execa("tar", args, { cwd: tree, encoding: "buffer" });
    archives.set(format, Buffer.from(stdout));
  }
});

describe("archives of GNU tar", () => {
  test.each(["gnu", "pax", "oldgnu"])("name every path as tar itself lists it (%s)", async (format) => {
    const archive = archives.get(format)!;
    const { stdout } = await execa("tar", ["-t", "--quoting-style=literal", "--null"], {
      input: archive,
      encoding: "buffer",
    });
    const names = readAll(archive).map(({ header }) => header.path);
    expect(`${names.join("\n")}\n`).toBe(`${Buffer.from(stdout).toString("latin1")}\n`);
  });

  test("give the same whatever the pieces in which they come", () => {
    const archive = archives.get("pax")!;
    const whole = readAll(archive);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (pieces) => {
        expect(readAll(archive, pieces)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  test("give contents, targets, owners, devices and attributes", () => {
    const entries = new Map(readAll(archives.get("pax")!).map((each) => [each.header.path, each]));
    expect(entries.get("./empty")!.content.length).toBe(0);
    expect(entries.get(`./${"n".repeat(255)}`)!.content.toString()).toBe("n".repeat(255));
    expect(entries.get("./long target")!.header.target).toBe("t\xff".repeat(400));
    expect(entries.get("./fifo")!.header).toMatchObject({ type: "fifo", uid: 4294967294, gid: 70000 });
    expect(entries.get("./block")!.header).toMatchObject({ type: "block", major: 259, minor: 70000 });
    const linked = entries.get("./another")!.header;
    expect(linked.xattrs).toContainEqual({ name: "user.binary", value: "\0\n=\0\xff" });
  });

  test("larger than 8 GiB say their size in pax and in GNU's numbers", async () => {
    await execa("truncate", ["-s", "9G", "huge"], { cwd: top });
    for (const format of ["gnu", "pax"]) {
      const tar = execa("tar", ["-c", `--format=${format}`, "huge"], {
        cwd: top,
        encoding: "buffer",
        buffer: false,
        reject: false,
      });
      const size = await new Promise<number>((resolve) => {
        const reader = new TarReader({
          entry: (header) => resolve(header.size),
          content: () => {},
          end: () => {},
        });
        tar.stdout.once("data", (chunk: Buffer) => reader.push(chunk));
      });
      tar.kill();
      await tar;
      expect(size).toBe(9 * 2 ** 30);
    }
  });
});

describe("what is no whole archive", () => {
  test("is refused wherever it is cut", () => {
    const archive = archives.get("gnu")!;
    const end = archive.length - 10240;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: end }), (length) => {
        expect(() => readAll(archive.subarray(0, length))).toThrow(TarError);
      }),
      { numRuns: 200 },
    );
  });

  test("is refused or read, and never hangs or fails otherwise: arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        orTarError(() => readAll(Buffer.from(bytes)));
      }),
    );
  });

  test("is refused or read, and never hangs or fails otherwise: an archive with changed bytes", () => {
    const archive = archives.get("pax")!.subarray(0, 40_000);
    const change = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 5 }), (changes) => {
        const bytes = Buffer.from(archive);
        for (const [at, value] of changes) bytes[at] = value;
        for (let at = 0; at + 512 <= bytes.length; at += 512) sumUp(bytes, at);
        orTarError(() => readAll(bytes));
      }),
      { numRuns: 300 },
    );
  });

  test("does not make the reader keep what it says of its size", () => {
    const header = Buffer.alloc(512);
    header.write("x", 0);
    header.write("77777777777\0", 124);
    header.write("x", 156);
    sumUp(header, 0);
    expect(() => readAll(header)).toThrow("an extension says 8589934591 bytes; at most 1048576 are read");
  });
});

function orTarError(run: () => void): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(TarError);
  }
}

/** A right checksum, so that hostile fields behind it are reached. */
function sumUp(archive: Buffer, at: number): void {
  let sum = 256;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += archive[at + i]!;
  archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
}
