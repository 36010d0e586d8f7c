import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mountsBelow } from "../../../../agent/mounts.ts";
import { OtherMounts } from "../../../../agent/probe/file/mounts.ts";
import { Watched } from "./support/watched.ts";

let top: string;
let build: string;

function mount(path: string, ...args: string[]): void {
  mkdirSync(path, { recursive: true });
  execaSync("mount", [...args, path]);
}

function unmountAll(directory: string): void {
  for (const point of mountsBelow(directory).reverse()) execaSync("umount", ["--", point]);
}

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-mounts-"));
  build = join(top, "build");
  mkdirSync(build);
});
afterEach(() => {
  unmountAll(top);
  rmSync(top, { recursive: true });
});

describe("file systems that appear below the build directory", () => {
  it("are told once each, but for the kernel's own, shared memory, and more of the same file system", () => {
    const other = new OtherMounts(build);
    expect(other.appeared()).toEqual([]);
    mount(join(build, "chroot/proc"), "-t", "proc", "proc");
    mount(join(build, "chroot/dev/shm"), "-t", "tmpfs", "tmpfs");
    mount(join(build, "chroot/tmp"), "-t", "tmpfs", "tmpfs");
    mount(join(build, "chroot/bound"), "--bind", build);
    mount(join(top, "build-beside"), "-t", "tmpfs", "tmpfs");
    const told = () => other.appeared().map(({ point, type }) => ({ point, type }));
    expect(told()).toEqual([{ point: join(build, "chroot/tmp"), type: "tmpfs" }]);
    expect(told()).toEqual([]);
    mount(join(build, "chroot/run"), "-t", "tmpfs", "tmpfs");
    expect(told()).toEqual([{ point: join(build, "chroot/run"), type: "tmpfs" }]);
    other.close();
  });

  it("are not read as if they were of the image, though what they cover is not to be seen", () => {
    using watched = new Watched(
      "mkdir -p chroot/proc chroot/etc; echo 1 > chroot/etc/f; mount -t tmpfs tmpfs chroot/proc; echo 1 > chroot/proc/version",
    );
    try {
      expect(watched.replayed()).toEqual(["/chroot", "/chroot/etc", "/chroot/etc/f"]);
    } finally {
      unmountAll(watched.build);
    }
  });
});
