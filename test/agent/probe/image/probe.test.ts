import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, test } from "vitest";
import { operation } from "../../../../proto/events.ts";
import { Build, writer } from "./lib/build.ts";
import { scratch } from "./lib/scratch.ts";

const top = scratch();
let build: Build;
let count = 0;

const packer = writer(["mksquashfs", "chroot", "filesystem.squashfs", "-comp", "zstd"]);

beforeEach(() => {
  const directory = join(top, `build-${count++}`);
  mkdirSync(directory);
  writeFileSync(join(directory, "old.iso"), "of an earlier build");
  build = new Build(directory, ["chroot/chroot/etc", "binary/live", "cache/bootstrap/var/lib/dpkg"]);
});

function at(path: string): string {
  return join(build.directory, path);
}

async function pack(): Promise<void> {
  writeFileSync(at("chroot/chroot/etc/hostname"), "debian\n");
  await execa("mksquashfs", ["chroot", "filesystem.squashfs", "-comp", "zstd", "-no-progress"], {
    cwd: at("chroot"),
  });
}

function written(path: string, by = packer): void {
  const [directory, name] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)];
  build.probe.notice(build.node(directory), name, operation.create | operation.write, by);
}

const moved = "binary/live/filesystem.squashfs";
const packedPaths = ["/", "/etc", "/etc/hostname"];

test("a build as live-build does it: what was packed, binary/, and the ISO, but not an older one", async () => {
  await pack();
  written("chroot/filesystem.squashfs");
  expect(build.image("begin")).toMatchObject({
    directory: build.node("chroot/chroot").id,
    packer: 77,
    epoch: 1,
  });
  renameSync(at("chroot/filesystem.squashfs"), at(moved));
  writeFileSync(at("chroot/chroot/etc/later"), "not in the image");
  writeFileSync(at("live-image-amd64.hybrid.iso"), "iso");
  writeFileSync(at("build.txt"), "no image");
  await build.probe.finish("ended");
  expect(build.images()).toEqual([
    "1 tree begin chroot/filesystem.squashfs written by mksquashfs",
    "2 binary begin binary",
    "3 file begin live-image-amd64.hybrid.iso",
    "1 tree end chroot/filesystem.squashfs",
    "2 binary end binary",
    "3 file end live-image-amd64.hybrid.iso",
  ]);
  expect(build.paths(1)).toEqual(packedPaths);
  expect(build.paths(2)).toEqual(["/binary", "/binary/live", `/${moved}`]);
  const file = build.events.at(-1)!;
  const sha256 = createHash("sha256").update("iso").digest();
  expect(file).toMatchObject({ kind: "image", size: 3, sha256 });
  expect(build.losses).toEqual([]);
});

test("a squashfs that was moved before it could be opened is found where it went", async () => {
  await pack();
  renameSync(at("chroot/filesystem.squashfs"), at(moved));
  written("chroot/filesystem.squashfs");
  const { rename, create } = operation;
  build.probe.notice(build.node("chroot"), "filesystem.squashfs", rename, packer);
  build.probe.notice(build.node("binary/live"), "filesystem.squashfs", rename | create, packer);
  await build.probe.finish("ended");
  expect(build.paths(1)).toEqual(packedPaths);
  expect(build.losses).toEqual([]);
});

test("a squashfs that was moved to another file system, by copy, is found there, and copies are no other images", async () => {
  await pack();
  cpSync(at("chroot/filesystem.squashfs"), at(moved));
  rmSync(at("chroot/filesystem.squashfs"));
  written("chroot/filesystem.squashfs");
  const mv = writer(["mv", "chroot/filesystem.squashfs", "binary/live"], { root: 0 });
  written(moved, mv);
  written(moved, writer(["cp", "-a", moved, "cache"], { root: 0 }));
  await build.probe.finish("ended");
  expect(build.images().filter((line) => line.includes("tree"))).toEqual([
    "1 tree begin chroot/filesystem.squashfs written by mksquashfs",
    "1 tree end chroot/filesystem.squashfs",
  ]);
  expect(build.paths(1)).toEqual(packedPaths);
});

test("a squashfs from live-build's cache is the image, and that its directory is not known is a loss", async () => {
  await pack();
  renameSync(at("chroot/filesystem.squashfs"), at(moved));
  written(moved, writer(["cp", "-a", "cache/binary_rootfs/filesystem.squashfs", "binary/live"], { root: 0 }));
  await build.probe.finish("ended");
  expect(build.paths(1)).toEqual(packedPaths);
  expect(build.losses).toEqual([
    "image: the directory that was packed is not known: the packer is not mksquashfs: cp",
  ]);
});

test("a squashfs that vanished, or is none, is a failed image and a loss", async () => {
  written("chroot/filesystem.squashfs");
  writeFileSync(at("chroot/other.squashfs"), "text");
  written("chroot/other.squashfs");
  await execa("mkfifo", [at("chroot/pipe.squashfs")]);
  written("chroot/pipe.squashfs");
  await build.probe.finish("failed");
  const failed = build.images().filter((line) => line.includes("failed"));
  expect(failed).toEqual([
    "3 tree failed chroot/pipe.squashfs it is not a regular file",
    "1 tree failed chroot/filesystem.squashfs it was removed, or moved out of the build directory, before it could be opened",
    expect.stringMatching(
      /^2 tree failed chroot\/other.squashfs sqfs2tar could not read the squashfs: .*super block/,
    ),
  ]);
  expect(build.losses.length).toBe(3);
});

test("two that were packed are two images, each as it was when it was packed", async () => {
  await pack();
  written("chroot/filesystem.squashfs");
  renameSync(at("chroot/filesystem.squashfs"), at(moved));
  writeFileSync(at("chroot/chroot/etc/second"), "");
  await pack();
  written("chroot/filesystem.squashfs");
  await build.probe.finish("ended");
  expect(build.paths(1)).toEqual(packedPaths);
  expect(build.paths(2)).toEqual([...packedPaths, "/etc/second"]);
});

test("without a squashfs the systems that are left are read, but not live-build's cache", async () => {
  mkdirSync(at("chroot/var/lib/dpkg"), { recursive: true });
  build.roots = [build.node("chroot"), build.node("cache/bootstrap")];
  await build.probe.finish("failed");
  expect(build.images()[0]).toBe(
    "1 tree begin chroot the build failed before it packed a squashfs: the directory is read as it was left",
  );
  expect(build.paths(1)).toContain("/var/lib/dpkg");
  expect(build.images().filter((line) => line.includes("tree begin")).length).toBe(1);
});

test("an ISO that was made before and is written again is of this build", async () => {
  writeFileSync(at("old.iso"), "of this build");
  await build.probe.finish("ended");
  expect(build.images().filter((line) => line.includes("file end"))).toEqual(["2 file end old.iso"]);
  expect(readFileSync(at("old.iso"), "utf8")).toBe("of this build");
});
