import { closeSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mask } from "../../../../agent/kernel/fanotify.ts";
import type { FileNotice } from "../../../../agent/kernel/fanotify-parse.ts";
import { handleOf } from "../../../../agent/kernel/handles.ts";
import { openUpper } from "../../../../agent/kernel/upper-layer.ts";
import { mountOf, mounts } from "../../../../agent/mounts.ts";
import { Twin } from "../../../../agent/probe/file/twin.ts";
import { WrittenFiles } from "../../../../agent/probe/file/written.ts";
import { Overlay } from "../../kernel/support/overlay.ts";

const [writer, other] = [1, 2];
const { create, closeWrite, modify, rename } = mask;

let overlay: Overlay;
let upper: number;
let files: WrittenFiles;
let told: string[];
const names = new Map<string, string>();

beforeEach(() => {
  overlay = new Overlay();
  overlay.sh("mkdir build build/d; echo 1 >build/d/f; echo 1 >beside");
  const build = join(overlay.merged, "build");
  upper = openUpper(build, mountOf(build), mounts())!.fd;
  told = [];
  for (const name of ["build", "build/d"]) names.set(handleOf(join(overlay.upper, name)), name);
  files = new WrittenFiles(new Twin(build, upper), (notice) => {
    const at = (directory: string, name: string) => `${names.get(directory)}/${name}`;
    const to = notice.newName === "" ? "" : ` to ${at(notice.newDirectory, notice.newName)}`;
    told.push(`${notice.pid} ${bitsOf(notice.mask)} ${at(notice.directory, notice.name)}${to}`);
    return true;
  });
});
afterEach(() => {
  closeSync(upper);
  overlay[Symbol.dispose]();
});

function bitsOf(bits: number): string {
  const all = { create, modify, closeWrite, rename, delete: mask.delete };
  return Object.keys(all)
    .filter((name) => (bits & all[name as keyof typeof all]) !== 0)
    .join("+");
}

/** A file of the overlayfs was closed after writing. */
function written(path: string, pid = writer, bits: number = closeWrite): void {
  const fd = openSync(join(overlay.merged, path), "r");
  files.add(bits, fd, pid, 0, 10);
  closeSync(fd);
}

/** An event of the upper layer about a file in build/d. */
function above(bits: number, name: string, pid = writer, target = keyOf("build/d/f"), newName = ""): void {
  const directory = handleOf(join(overlay.upper, "build/d"));
  const newDirectory = newName === "" ? "" : directory;
  const notice: FileNotice = { mask: bits, pid, fsid: "", directory, name, newDirectory, newName, target };
  files.handle(notice, 0, 10);
}

const keyOf = (path: string) => handleOf(join(overlay.upper, path));

describe("a file that was written on an overlayfs", () => {
  it("is told of with what the same process did to it, as by one queue", () => {
    written("build/d/f", writer, modify | closeWrite);
    above(create, "f");
    files.settle();
    expect(told).toEqual(["1 create+modify+closeWrite build/d/f"]);
  });

  it("is made before another process writes it", () => {
    written("build/d/f");
    above(create, "f", other);
    files.settle();
    expect(told).toEqual(["2 create build/d/f", "1 closeWrite build/d/f"]);
  });

  it("is written before it is moved, under the name that it had", () => {
    overlay.sh("mv build/d/f build/d/g");
    written("build/d/g");
    above(rename, "f", writer, keyOf("build/d/g"), "g");
    files.settle();
    expect(told).toEqual(["1 closeWrite build/d/f", "1 rename build/d/f to build/d/g"]);
  });

  it("is written before it is removed", () => {
    const target = keyOf("build/d/f");
    const fd = openSync(join(overlay.merged, "build/d/f"), "r");
    unlinkSync(join(overlay.merged, "build/d/f"));
    files.add(closeWrite, fd, other, 0, 10);
    closeSync(fd);
    above(mask.delete, "f", writer, target);
    files.settle();
    expect(told).toEqual(["2 closeWrite build/d/f", "1 delete build/d/f"]);
  });

  it("is told of by itself where it was there before, by the name that it was opened by", () => {
    overlay.sh("ln build/d/f build/second");
    written("build/second");
    above(create, "other", writer, "another file");
    files.settle();
    files.settle();
    expect(told).toEqual(["1 create build/d/other", "1 closeWrite build/second"]);
  });

  it("is told of for each of its names", () => {
    overlay.sh("ln build/d/f build/d/second");
    written("build/d/f");
    written("build/d/second");
    above(create, "second");
    files.settle();
    expect(told).toEqual(["1 create+closeWrite build/d/second", "1 closeWrite build/d/f"]);
  });

  it("is told of once, where one process goes on writing it", () => {
    for (let i = 0; i < 1000; i++) written("build/d/f", writer, modify);
    written("build/d/f");
    written("build/d/f", other);
    files.settle();
    expect(told).toEqual(["1 modify+closeWrite build/d/f", "2 closeWrite build/d/f"]);
  });

  it("has its name also where that looks like a removed file's", () => {
    overlay.sh("echo 1 >'build/d/x (deleted)'");
    written("build/d/x (deleted)");
    files.settle();
    expect(told).toEqual(["1 closeWrite build/d/x (deleted)"]);
  });

  it("has its name below the build directory also where it was written through another mount", () => {
    overlay.sh("mkdir elsewhere");
    execaSync("mount", ["--bind", join(overlay.merged, "build"), join(overlay.merged, "elsewhere")]);
    try {
      written("elsewhere/d/f");
    } finally {
      execaSync("umount", [join(overlay.merged, "elsewhere")]);
    }
    files.settle();
    expect(told).toEqual(["1 closeWrite build/d/f"]);
  });

  it("is not told of outside of the build directory, nor where it is gone with its directory", () => {
    written("beside");
    const fd = openSync(join(overlay.merged, "build/d/f"), "r");
    overlay.sh("rm -r build/d");
    files.add(closeWrite, fd, writer, 0, 10);
    closeSync(fd);
    files.settle();
    expect(told).toEqual([]);
  });
});
