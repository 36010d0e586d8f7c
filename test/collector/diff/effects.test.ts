import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { EntryEvent } from "../../../proto/events.ts";
import { causesOf, diffOfTwo, type TestBuild } from "./builds.ts";

const hook = "hook 0100-make.hook.chroot";
const [a, b] = [{ at: 1_764_000_000 }, { at: 1_764_090_000, pid: 7500 }];
const digest = (text: string) => createHash("sha256").update(text).digest();

/** What live-build makes of a tree, with contents that were not kept. */
function packed(build: TestBuild, side: string, initrd?: string): void {
  const file = (path: string, text: string, facts: Partial<EntryEvent> = {}) => {
    build.write(path, build.build);
    build.entry(path, { sha256: digest(text), size: 1000, ...facts });
  };
  file("/binary/live/filesystem.squashfs", `squashfs ${side}`);
  file("/binary/live/filesystem.size", `size ${side}`);
  file("/binary/live/filesystem.packages", `packages ${side}`);
  if (initrd !== undefined) file("/binary/live/initrd.img", initrd);
  file("/binary/sha256sum.txt", `sums ${side}`);
  build.iso(`iso ${side}`);
}

test("what live-build makes of a tree are effects of the file that differs, and the hook is the only cause", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.file("/etc/x", side === "a" ? "yes\n" : "no\n");
    packed(build, side);
  });
  expect(causesOf(diff)).toEqual([`unclassified: ${hook}: /etc/x`]);
  const binary = ["filesystem.packages", "filesystem.size", "filesystem.squashfs"].map(
    (name) => `/binary/live/${name}`,
  );
  expect(diff.effects.map(({ path, of }) => [path, of])).toEqual([
    ...binary.map((path) => [path, ["/etc/x"]]),
    ["/binary/sha256sum.txt", binary],
    ["live-image-amd64.hybrid.iso", [...binary, "/binary/sha256sum.txt"]],
  ]);
});

test("a copy of the initrd beside the tree is an effect of it", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    build.file("/boot/initrd.img-6.1.0-9-amd64", `initrd ${side}`);
    packed(build, side, `initrd ${side}`);
  });
  expect(diff.causes.flatMap(({ paths }) => paths)).toEqual(["/boot/initrd.img-6.1.0-9-amd64"]);
  expect(diff.effects.find(({ path }) => path === "/binary/live/initrd.img")).toMatchObject({
    of: ["/boot/initrd.img-6.1.0-9-amd64"],
  });
});

test("a squashfs that differs though the tree does not is a cause, with the program that made it", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => packed(build, side));
  expect(diff.causes).toMatchObject([
    { culprit: { kind: "stage" }, paths: expect.arrayContaining(["/binary/live/filesystem.squashfs"]) },
  ]);
  expect(diff.effects.map(({ path }) => path)).toEqual([
    "/binary/sha256sum.txt",
    "live-image-amd64.hybrid.iso",
  ]);
});

test("the members of an initrd lead to the files of the tree", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const text =
      side === "a"
        ? "id=8a6e1bfc-27f1-4b61-a2c8-1e3ad3ed3bd5\n"
        : "id=0c3e7a90-11aa-4d2e-9b1f-7c5d4e3f2a10\n";
    build.file("/etc/x", text);
    build.write("/boot/initrd.img");
    build.entry("/boot/initrd.img", { sha256: digest(`initrd ${side}`), size: 100_000 });
    build.member("/boot/initrd.img", "etc/x", { sha256: digest(text), size: text.length });
    build.member("/boot/initrd.img", "init", { sha256: digest("init"), size: 4 });
  });
  expect(causesOf(diff)).toEqual([`randomness: ${hook}: /etc/x`]);
  expect(diff.effects).toMatchObject([{ path: "/boot/initrd.img", of: ["/etc/x"] }]);
});

test("a member of an initrd that the tree does not have is told of, with its place", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const text = `made=${side === "a" ? 1_764_000_003 : 1_764_090_003}\n`;
    build.keep(digest(text), Buffer.from(text));
    build.write("/boot/initrd.img");
    build.entry("/boot/initrd.img", { sha256: digest(`initrd ${side}`), size: 100_000 });
    build.member("/boot/initrd.img", "conf/made", { sha256: digest(text), size: text.length });
  });
  expect(causesOf(diff)).toEqual([`timestamp: ${hook}: /boot/initrd.img`]);
  expect(diff.differences[0]!.explanations[0]!.readings[0]).toMatchObject({
    within: ["conf/made"],
    a: { offset: 5, line: 1, bytes: "1764000003" },
  });
});

test("a file that cp made of one that differs is its effect", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const text = side === "a" ? "yes\n" : "no\n";
    build.file("/etc/x", text);
    build.file(
      "/etc/x.backup",
      text,
      {},
      build.s.run(build.script("0200-copy.hook.chroot"), ["cp", "/etc/x", "/etc/x.backup"]),
    );
  });
  expect(causesOf(diff)).toEqual([`unclassified: ${hook}: /etc/x`]);
  expect(diff.effects).toMatchObject([{ path: "/etc/x.backup", of: ["/etc/x"] }]);
});

test("two files that are the same in each build by chance are two causes", async () => {
  const diff = await diffOfTwo(a, b, (build, side) => {
    const text = side === "a" ? "1764000003\n" : "1764090003\n";
    build.file("/etc/x", text);
    build.file("/etc/y", text, {}, build.s.run(build.script("0200-date.hook.chroot"), ["date", "+%s"]));
  });
  expect(diff.effects).toEqual([]);
  expect(causesOf(diff).sort()).toEqual([
    `timestamp: ${hook}: /etc/x`,
    "timestamp: hook 0200-date.hook.chroot: /etc/y",
  ]);
});
