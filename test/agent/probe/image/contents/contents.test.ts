import { createHash } from "node:crypto";
import { chmodSync, linkSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { beginningLimit, wholeLimit } from "../../../../../agent/probe/image/contents/kept.ts";
import type { RecordedContent } from "../../../../../agent/probe/image/contents/recorded.ts";
import { directory, type Read, read, squashfs } from "../lib/read.ts";
import { scratch } from "../lib/scratch.ts";
import { makeSystem, pack } from "../lib/system.ts";

const top = scratch();
const tree = join(top, "tree");
const noise = (length: number, seed: string) =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
      createHash("sha256")
        .update(seed + i)
        .digest(),
    ),
  ).subarray(0, length);
const large = noise(3 * wholeLimit, "large");
const limit = noise(wholeLimit, "limit");
const name = "/var/lib/new\nline \xff";

let reads: { squashfs: Read; directory: Read };

beforeAll(async () => {
  makeSystem(
    tree,
    { "/usr/bin/tool": "as shipped", "/etc/tool.conf": "default", "/usr/share/template": "copied" },
    {
      "/etc/tool.conf": "edited",
      "/etc/made": "by a hook",
      "/etc/made.again": "by a hook",
      "/etc/from-template": "copied",
      "/var/log/large": large,
      "/var/log/limit": limit,
      "/var/log/over": Buffer.concat([limit, Buffer.from("x")]),
      "/var/log/empty": "",
    },
  );
  writeFileSync(Buffer.from(tree + name, "latin1"), "odd name");
  linkSync(join(tree, "etc/made"), join(tree, "etc/linked"));
  symlinkSync("usr/bin", join(tree, "bin"));
  writeFileSync(join(tree, "var/log/sparse"), "start");
  truncateSync(join(tree, "var/log/sparse"), 2 ** 22);
  chmodSync(join(tree, "etc/made"), 0);
  reads = {
    squashfs: await read(squashfs, await pack(tree)),
    directory: await read(directory, tree),
  };
}, 180_000);

function of({ entries, contents }: Read, path: string): RecordedContent | undefined {
  const { sha256 } = entries.find((entry) => entry.path === path)!;
  return contents.find((content) => content.sha256 === sha256);
}

describe.each(["squashfs", "directory"] as const)("of a %s", (from) => {
  test.each([
    ["/etc/made", "by a hook"],
    ["/etc/tool.conf", "edited"],
    ["/etc/from-template", "copied"],
    [name, "odd name"],
    ["/var/log/empty", ""],
  ])("what the build made or changed has its content: %j", (path, text) => {
    const content = of(reads[from], path)!;
    expect([Buffer.from(content.data).toString(), content.size, content.omitted]).toEqual([
      text,
      text.length,
      "",
    ]);
  });

  test("what a package shipped has none", () => {
    expect(of(reads[from], "/usr/bin/tool")).toBeUndefined();
  });

  test("up to the limit it is whole, beyond its beginning", () => {
    const whole = of(reads[from], "/var/log/limit")!;
    expect([whole.omitted, Buffer.from(whole.data).equals(limit)]).toEqual(["", true]);
    for (const [path, size, all] of [
      ["/var/log/over", wholeLimit + 1, limit],
      ["/var/log/large", large.length, large],
      ["/var/log/sparse", 2 ** 22, Buffer.concat([Buffer.from("start"), Buffer.alloc(beginningLimit)])],
    ] as const) {
      const cut = of(reads[from], path)!;
      expect([path, cut.omitted, cut.size]).toEqual([path, "size", size]);
      expect(Buffer.from(cut.data).equals(all.subarray(0, beginningLimit))).toBe(true);
    }
  });

  test("each is there once, and none that no entry has", () => {
    const { entries, contents } = reads[from];
    const digests = contents.map(({ sha256 }) => sha256);
    expect(new Set(digests).size).toBe(digests.length);
    const made = entries.filter(({ type, relation }) => type === "file" && relation !== "shipped");
    expect(new Set(digests)).toEqual(new Set(made.map(({ sha256 }) => sha256)));
    for (const { sha256, data, omitted } of contents) {
      if (omitted !== "") continue;
      expect(createHash("sha256").update(data).digest("binary")).toBe(sha256);
    }
  });
});

test("the same is recorded, in the same order, however the image was read", () => {
  expect(reads.directory.contents).toEqual(reads.squashfs.contents);
});

test("without a package database everything is the build's", async () => {
  const { contents } = await read(
    { kind: "directory", prefix: "/binary", packages: false },
    join(tree, "usr"),
  );
  expect(contents.map(({ data }) => Buffer.from(data).toString())).toEqual(["copied", "as shipped"]);
});

test("more than the budget: the smallest are recorded, and the others said to be left out", async () => {
  const many = join(top, "many");
  const files = Array.from({ length: 200 }, (_, i) => [`/f${i}`, noise(200_000 + i, `${i}`)] as const);
  makeSystem(many, {}, Object.fromEntries(files));
  const { entries, contents } = await read(squashfs, await pack(many));
  const omitted = new Map(contents.map((content) => [content.sha256, content]));
  const states = files.map(([path]) => {
    const { data, omitted: why, size } = omitted.get(entries.find((entry) => entry.path === path)!.sha256)!;
    return data.length === size ? why : `${why} ${data.length}`;
  });
  const recorded = states.filter((state) => state === "").length;
  expect(recorded).toBe(167); // 32 MiB
  expect(states).toEqual([...Array(recorded).fill(""), ...Array(200 - recorded).fill("budget 0")]);
}, 180_000);
