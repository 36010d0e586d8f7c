import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { directory, read, squashfs } from "./lib/read.ts";
import { scratch } from "./lib/scratch.ts";
import { makeTree } from "./lib/tree.ts";
import { linesOf, witness } from "./lib/witness.ts";

const top = scratch();
const tree = join(top, "tree");
const packed = (compression: string) => join(top, `${compression}.squashfs`);

beforeAll(async () => {
  mkdirSync(tree);
  await makeTree(tree);
  for (const compression of ["xz", "zstd", "gzip"])
    await execa("mksquashfs", [tree, packed(compression), "-comp", compression, "-no-progress"]);
});

describe("a squashfs is read as", () => {
  test.each(["xz", "zstd", "gzip"])("the kernel shows it when mounted (%s)", async (compression) => {
    const { result, entries, lost } = await read(squashfs, packed(compression));
    expect(lost).toEqual([]);
    expect(result.kind).toBe("done");
    const mounted = join(top, `mounted-${compression}`);
    mkdirSync(mounted);
    await execa("mount", ["-o", "loop,ro", packed(compression), mounted]);
    const expected = await witness(mounted).finally(() => execa("umount", [mounted]));
    expect(expected.length).toBeGreaterThan(40);
    expect(linesOf(entries)).toEqual(expected);
  });

  test("the directory is that was packed", async () => {
    const ofFile = await read(squashfs, packed("zstd"));
    const ofDirectory = await read(directory, tree);
    expect(ofDirectory.result.kind).toBe("done");
    expect(ofDirectory.entries).toEqual(ofFile.entries);
  });

  test("entries in byte order, in which hard links have one number", async () => {
    const { entries } = await read(squashfs, packed("gzip"));
    const paths = entries.map(({ path }) => path);
    expect(paths).toEqual([...paths].sort());
    const links = entries.filter(({ path }) => ["/file", "/another", "/dir/hard link"].includes(path));
    expect(new Set(links.map(({ inode }) => inode)).size).toBe(1);
    expect(new Set(entries.map(({ inode }) => inode)).size).toBe(entries.length - 2);
  });
});

describe("a squashfs that cannot be read fails with its cause:", () => {
  test("one that was cut", async () => {
    const whole = readFileSync(packed("zstd"));
    const cut = join(top, "cut.squashfs");
    writeFileSync(cut, whole.subarray(0, whole.length - 8192));
    const { result } = await read(squashfs, cut);
    expect(result).toMatchObject({
      kind: "failed",
      because: expect.stringContaining("sqfs2tar could not read"),
    });
  });

  test("one with damaged content", async () => {
    const bytes = readFileSync(packed("xz"));
    bytes.fill(0x55, 200, 4000);
    const damaged = join(top, "damaged.squashfs");
    writeFileSync(damaged, bytes);
    const { result } = await read(squashfs, damaged);
    expect(result).toMatchObject({ kind: "failed", because: expect.stringContaining("reading data block") });
  });

  test("no sqfs2tar to read it with", async () => {
    const path = process.env.PATH;
    process.env.PATH = top;
    const { result } = await read(squashfs, packed("zstd")).finally(() => {
      process.env.PATH = path;
    });
    expect(result).toEqual({
      kind: "failed",
      because: "sqfs2tar, which reads squashfs files, is not installed: apt-get install squashfs-tools-ng",
    });
  });
});
