import { closeSync, fstatSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { handleOf } from "../../../agent/kernel/handles.ts";
import { openUpper, upperKey } from "../../../agent/kernel/upper-layer.ts";
import { mountOf, mounts } from "../../../agent/mounts.ts";
import { Overlay } from "./support/overlay.ts";

describe("the handle that an object of an overlayfs has in its upper layer", () => {
  it("is that of the file there, for what was made, and is none for what comes from below", () => {
    using overlay = new Overlay("echo 1 >below; echo 2 >changed; mkdir directory");
    overlay.sh("echo 3 >made; mkdir -p directory/new; echo 4 >>changed");
    for (const path of ["made", "directory/new"])
      expect(upperKey(handleOf(join(overlay.merged, path)))).toBe(handleOf(join(overlay.upper, path)));
    for (const path of ["below", "changed", "directory"])
      expect(upperKey(handleOf(join(overlay.merged, path)))).toBeUndefined();
  });

  it("is none for what is no handle of an overlayfs, whatever its bytes", () => {
    using overlay = new Overlay();
    overlay.sh("echo >made");
    const whole = handleOf(join(overlay.merged, "made"));
    expect(upperKey(handleOf(overlay.lower))).toBeUndefined();
    for (let length = 0; length < whole.length; length++)
      expect(upperKey(whole.slice(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.string({ unit: "binary" }), (at, byte, more) => {
        const key = whole.slice(0, at) + String.fromCharCode(byte) + whole.slice(at + 1) + more;
        expect((upperKey(key)?.length ?? 0) <= key.length).toBe(true);
      }),
    );
  });
});

describe("the directory of the upper layer", () => {
  /** What is found for a directory of an overlayfs, as inode number, by all mounts of the machine. */
  function found(directory: string): number | undefined {
    const upper = openUpper(directory, mountOf(directory), mounts());
    if (upper === undefined) return undefined;
    const { ino } = fstatSync(upper.fd);
    closeSync(upper.fd);
    return ino;
  }

  it("is found for one that was made", () => {
    using overlay = new Overlay("mkdir old");
    overlay.sh("mkdir -p old/build");
    expect(found(join(overlay.merged, "old/build"))).toBe(statSync(join(overlay.upper, "old/build")).ino);
  });

  it("is found for the top of one that has nothing below it", () => {
    using overlay = new Overlay();
    overlay.sh("echo >made");
    expect(found(overlay.merged)).toBe(statSync(overlay.upper).ino);
  });

  it("is found for one that layers below have, too, empty, once something was made in it", () => {
    using overlay = new Overlay("mkdir -p work/dir");
    const directory = join(overlay.merged, "work/dir");
    expect(found(directory)).toBeUndefined();
    overlay.sh("mkdir work/dir/isotrace");
    expect(found(directory)).toBe(statSync(join(overlay.upper, "work/dir")).ino);
  });

  it("is none where a layer below has a part in it: what is changed there is copied first", () => {
    using overlay = new Overlay("mkdir old; echo >old/file");
    overlay.sh("echo >old/other");
    expect(found(join(overlay.merged, "old"))).toBeUndefined();
    expect(found(overlay.merged)).toBeUndefined();
    // What came from below and was removed has left a sign in the upper layer.
    overlay.sh("rm -r old");
    expect(found(overlay.merged)).toBeUndefined();
  });

  it("is none on another file system, and where no mount leads to it", () => {
    using overlay = new Overlay();
    expect(found(overlay.upper)).toBeUndefined();
    const others = mounts().filter(({ type }) => type === "proc" || type === "sysfs");
    expect(openUpper(overlay.merged, mountOf(overlay.merged), others)).toBeUndefined();
    const nowhere = { ...others[0]!, point: "/nowhere" };
    expect(openUpper(overlay.merged, mountOf(overlay.merged), [nowhere])).toBeUndefined();
  });
});
