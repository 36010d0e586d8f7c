import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { wholeLimit } from "../../../../../agent/probe/image/contents/kept.ts";
import type { ImageEntry } from "../../../../../agent/probe/image/entry.ts";
import { directory, type Read, read, squashfs } from "../lib/read.ts";
import { scratch } from "../lib/scratch.ts";
import { cpio, makeSystem, pack } from "../lib/system.ts";

const top = scratch();
const initrd = "/boot/initrd.img-6.1.0-amd64";
const tool = Buffer.alloc(5000, "a shipped tool");
const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"QUJD".repeat(40)}\n`;
/** In an order that is not that of names. */
const names = ["bin", "bin/tool", "conf", "link", "hard 1", "hard 2", "null", "new\nline", "key"];
let early: Buffer;
let main: Buffer;

beforeAll(async () => {
  const source = join(top, "initrd");
  mkdirSync(join(source, "bin"), { recursive: true });
  mkdirSync(join(source, "early"));
  const put = (path: string, content: string | Buffer) => writeFileSync(join(source, path), content);
  put("bin/tool", tool);
  put("conf", "made\n");
  put("new\nline", "odd");
  put("key", key);
  put("early/microcode", Buffer.alloc(3001, "microcode"));
  const run = (program: string, ...args: string[]) => execa(program, args, { cwd: source });
  await run("ln", "-s", "bin/tool", "link");
  put("hard 1", "twice");
  await run("ln", "hard 1", "hard 2");
  await run("mknod", "null", "c", "1", "3");
  await run("chmod", "4755", "bin/tool");
  await run("chown", "-h", "7:70000", "link");
  await run("find", ".", "-exec", "touch", "-h", "-d", "@1700000000", "{}", "+");
  await run("touch", "-d", "@1600000005", "conf");
  early = await cpio(source, ["early", "early/microcode"]);
  main = await cpio(source, names);
});

async function system(name: string, archive: Buffer | string): Promise<string> {
  return pack(makeSystem(join(top, name), { "/usr/bin/tool": tool }, { [initrd]: archive }));
}

async function compressed(command: string, ...args: string[]): Promise<Buffer> {
  // The last byte of what is compressed can be a line feed's.
  const options = { input: main, encoding: "buffer", stripFinalNewline: false } as const;
  const { stdout } = await execa(command, [...args, "-c"], options);
  return Buffer.from(stdout);
}

function tooLargeToRecord(beginning: string): Buffer {
  return Buffer.concat([Buffer.from(beginning), Buffer.alloc(wholeLimit, "x")]);
}

function members({ entries }: Read): ImageEntry[] {
  return entries.filter(({ within }) => within !== "");
}

function problem({ entries }: Read): string {
  return entries.find(({ path }) => path === initrd)!.problem;
}

const compressions: [string, () => Promise<Buffer>][] = [
  ["not compressed", async () => main],
  ["gzip", async () => gzipSync(main)],
  ["zstd", async () => zstdCompressSync(main)],
  ["xz", () => compressed("xz")],
  ["lzma", () => compressed("xz", "--format=lzma")],
  ["bzip2", () => compressed("bzip2")],
  ["lz4", () => compressed("lz4", "-l")],
];

describe("the members of an initial RAM disk", () => {
  test.each(compressions)("are read in its order, with what came before it: %s", async (name, compress) => {
    const parts = Buffer.concat([early, Buffer.alloc(1000), await compress()]);
    const result = await read(squashfs, await system(name, parts));
    expect([result.result.kind, problem(result)]).toEqual(["done", ""]);
    expect(members(result).map(({ path }) => path)).toEqual(
      ["early", "early/microcode", ...names].map((path) => `/${path}`),
    );
    expect(new Set(members(result).map(({ within }) => within))).toEqual(new Set([initrd]));
  });

  test("have the attributes that the archive gives them", async () => {
    const found = members(await read(squashfs, await system("attributes", gzipSync(main))));
    const of = (path: string) => found.find((entry) => entry.path === path)!;
    expect(of("/bin")).toMatchObject({ type: "directory", mode: 0o755, mtime: 1_700_000_000 });
    expect(of("/bin/tool")).toMatchObject({ type: "file", mode: 0o4755, size: tool.length });
    expect(of("/conf")).toMatchObject({ mtime: 1_600_000_005, mtimeNanoseconds: 0, uid: 0, gid: 0 });
    expect(of("/link")).toMatchObject({ type: "symlink", target: "bin/tool", uid: 7, gid: 70_000, size: 8 });
    expect(of("/null")).toMatchObject({ type: "character", device: 0x103 });
    const hard = [of("/hard 1"), of("/hard 2")];
    expect(hard.map(({ size, links }) => [size, links])).toEqual([
      [5, 2],
      [5, 2],
    ]);
    expect(new Set(hard.map(({ inode, sha256 }) => `${inode} ${sha256}`)).size).toBe(1);
    expect(of("/new\nline").size).toBe(3);
  });

  test("belong to the package that shipped the same content, and others have their content recorded, but no key", async () => {
    const result = await read(squashfs, await system("owners", zstdCompressSync(main)));
    const found = members(result);
    const shipped = found.filter(({ relation }) => relation === "shipped");
    expect(shipped.map(({ path, package: owner }) => [path, owner])).toEqual([["/bin/tool", "pkg:all"]]);
    const content = (path: string) => {
      const { sha256 } = found.find((entry) => entry.path === path)!;
      const { data, omitted } = result.contents.find((each) => each.sha256 === sha256)!;
      return [Buffer.from(data).toString(), omitted];
    };
    expect(content("/conf")).toEqual(["made\n", ""]);
    expect(content("/key")).toEqual(["", "secret"]);
    // What could be decompressed from the archive's own content holds the key.
    const { sha256 } = result.entries.find(({ path }) => path === initrd)!;
    expect(result.contents.find((each) => each.sha256 === sha256)).toMatchObject({ omitted: "secret" });
  });

  test("are the same, if a directory is read", async () => {
    const packed = await system("both", gzipSync(main));
    const [ofFile, ofTree] = [await read(squashfs, packed), await read(directory, join(top, "both"))];
    expect(members(ofTree)).toEqual(members(ofFile));
    expect(ofTree.contents).toEqual(ofFile.contents);
  });

  test("are read once of each archive: not if they are known, and not of a copy", async () => {
    const tree = join(top, "copies");
    const archive = gzipSync(main);
    makeSystem(tree, {}, { "/live/initrd.img": archive, "/live/initrd": archive });
    const job = { kind: "directory", prefix: "/binary", packages: false } as const;
    const first = await read(job, tree);
    expect(members(first).map(({ within }) => within)).toEqual(
      Array(names.length).fill("/binary/live/initrd"),
    );
    expect(first.known).toEqual([first.entries.find(({ path }) => path === "/binary/live/initrd")!.sha256]);
    const second = await read(job, tree, first.known);
    expect([members(second), second.known]).toEqual([[], []]);
  });
});

describe("an archive that lies is a problem of its entry, and the members before it are known:", () => {
  test.each([
    ["cut, not compressed", () => main.subarray(0, main.length - 700), "the archive ends within its header"],
    [
      "cut, gzip",
      () => gzipSync(main).subarray(0, -20),
      "it could not be decompressed: unexpected end of file",
    ],
    [
      "another format",
      () => tooLargeToRecord("MZ\x90 an EFI program"),
      "it is no cpio archive, and not compressed as the kernel knows",
    ],
    [
      "old cpio",
      () => tooLargeToRecord("070707000000"),
      "it is no cpio archive, and not compressed as the kernel knows",
    ],
    ["numbers", () => Buffer.from("070701".padEnd(110, "z")), 'number "zzzzzzzz" is not hexadecimal'],
    [
      "what follows",
      () => Buffer.concat([main, Buffer.from("garbage")]),
      "it is no cpio archive, and not compressed",
    ],
    [
      "twice compressed",
      () => gzipSync(gzipSync(main)),
      "what was compressed goes on with something that is no cpio archive",
    ],
  ])("%s", async (name, archive, because) => {
    const result = await read(squashfs, await system(`lies ${name}`, archive()));
    expect(result.result.kind).toBe("done");
    expect(problem(result)).toContain(`its members are not all known: ${because}`);
    expect(result.known).toEqual([]);
    if (name.startsWith("cut, not") || name === "what follows")
      expect(members(result).map(({ path }) => path)).toContain("/conf");
  });

  test("no program for its compression", async () => {
    const packed = await system("no bzip2", await compressed("bzip2"));
    const bin = join(top, "bin");
    mkdirSync(bin);
    for (const program of ["sqfs2tar", "rdsquashfs"])
      writeFileSync(join(bin, program), `#!/bin/sh\nexec /usr/bin/${program} "$@"\n`, { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = bin;
    const result = await read(squashfs, packed).finally(() => {
      process.env.PATH = path;
    });
    expect(problem(result)).toContain("it is compressed with bzip2, and there is no bzip2 to read it with");
  });
});

test("a file that only has the name of an archive has no members to be missed, if it is recorded whole", async () => {
  const list = "/var/lib/dpkg/info/initramfs-tools.list";
  const text = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`/etc/initrd-${i}`, `text ${i}`]));
  const files = { ...text, [list]: "/.\n", "/live/initrd": main };
  const result = await read(squashfs, await pack(makeSystem(join(top, "names"), {}, files)));
  expect(result.entries.filter((entry) => entry.problem !== "")).toEqual([]);
  expect(new Set(members(result).map(({ within }) => within))).toEqual(new Set(["/live/initrd"]));
});

test("files of other names are no archives, and shipped ones are not read", async () => {
  const tree = makeSystem(
    join(top, "others"),
    { "/boot/initrd.img-shipped": main },
    { "/boot/config": main, "/etc/initrd/release": main },
  );
  const result = await read(squashfs, await pack(tree));
  expect([members(result), readFileSync(join(tree, "boot/config")).length]).toEqual([[], main.length]);
});
