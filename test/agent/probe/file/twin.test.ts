import { closeSync, fstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handleOf } from "../../../../agent/kernel/handles.ts";
import { O_PATH, open } from "../../../../agent/kernel/libc.ts";
import { openUpper } from "../../../../agent/kernel/upper-layer.ts";
import { mountOf, mounts } from "../../../../agent/mounts.ts";
import { Twin } from "../../../../agent/probe/file/twin.ts";
import { Overlay } from "../../kernel/support/overlay.ts";

let overlay: Overlay;
let upper: number;
let build: string;
let twin: Twin;
beforeEach(() => {
  overlay = new Overlay("mkdir srv");
  overlay.sh("mkdir -p srv/build/chroot/etc; echo 1 >srv/build/chroot/etc/file; mkdir srv/buildings");
  build = join(overlay.merged, "srv/build");
  upper = openUpper(build, mountOf(build), mounts())!.fd;
  twin = new Twin(build, upper);
});
afterEach(() => {
  closeSync(upper);
  overlay[Symbol.dispose]();
});

const bytes = (...names: string[]) => Buffer.from(join(...names));

/** Inode and device of what is opened, which is closed. */
function identity(fd: number) {
  const { ino, dev } = fstatSync(fd);
  closeSync(fd);
  return { ino, dev };
}
const identityOf = (path: string) => identity(open(path, O_PATH));

describe("the twin of a build directory on an overlayfs", () => {
  it("is looked at for what is in it, and for nothing else", () => {
    const file = twin.at(bytes(build, "chroot/etc/file"));
    expect(identityOf(file.toString())).toEqual(identityOf(join(overlay.upper, "srv/build/chroot/etc/file")));
    expect(identityOf(twin.at(bytes(build)).toString())).toEqual(
      identityOf(join(overlay.upper, "srv/build")),
    );
    for (const path of [join(overlay.merged, "srv/buildings"), overlay.upper, "/etc"])
      expect(twin.at(bytes(path))).toEqual(bytes(path));
  });

  it("gives back the path that the build knows", () => {
    const fd = open(join(overlay.upper, "srv/build/chroot"), O_PATH);
    expect(twin.pathOf(fd)).toEqual(bytes(build, "chroot"));
    closeSync(fd);
    const outside = open(join(overlay.upper, "srv/buildings"), O_PATH);
    expect(twin.pathOf(outside)).toBeUndefined();
    closeSync(outside);
  });

  it("is not what is opened: directories are opened as the build sees them", () => {
    for (const name of ["", "chroot", "chroot/etc"]) {
      const key = handleOf(join(overlay.upper, "srv/build", name));
      const fd = twin.open(bytes(build, name), key)!;
      expect(identity(fd)).toEqual(identityOf(join(build, name)));
      expect(statSync(join(build, name)).dev).not.toBe(statSync(join(overlay.upper, "srv/build", name)).dev);
    }
  });

  it("opens nothing where another directory, a symlink or nothing is at the path", () => {
    const key = handleOf(join(overlay.upper, "srv/build/chroot/etc"));
    overlay.sh("cd srv/build; mv chroot/etc moved; mkdir chroot/etc; ln -s moved link");
    for (const name of ["chroot/etc", "link", "nothing"])
      expect(twin.open(bytes(build, name), key)).toBeUndefined();
  });
});

it("a build directory elsewhere is its own twin", () => {
  const own = new Twin(overlay.upper, -1);
  expect(own.at(bytes(overlay.upper, "srv"))).toEqual(bytes(overlay.upper, "srv"));
  expect(own.open(bytes(overlay.upper), handleOf(overlay.upper))).toBeUndefined();
  const fd = open(join(overlay.upper, "srv"), O_PATH);
  expect(own.pathOf(fd)).toEqual(bytes(overlay.upper, "srv"));
  closeSync(fd);
});
