import { join } from "node:path";
import { expect, test } from "vitest";
import { pathOf } from "../../../../agent/probe/file/tree.ts";
import { packedDirectory } from "../../../../agent/probe/image/packed-directory.ts";
import { Build, writer } from "./lib/build.ts";
import { scratch } from "./lib/scratch.ts";

const directory = join(scratch(), "build");
const build = new Build(directory, ["chroot/chroot", "chroot/out/deep", "binary/live", "other"]);
const lookup = {
  nodeAt: (path: Buffer) => build.finder.nodeAt(path),
  child: build.finder.tree.child.bind(build.finder.tree),
};

function packed(from: string, command: string, root: number, workingDirectory: string): string {
  const facts = writer(command.split(" "), { root, workingDirectory: Buffer.from(workingDirectory) })
    .process!;
  const result = packedDirectory(facts.facts!, build.node(from), lookup);
  return result.kind === "known" ? pathOf(result.directory)! : `? ${result.because}`;
}

test.each([
  ["live-build in its chroot", "chroot", "mksquashfs chroot filesystem.squashfs -comp xz", "/"],
  ["absolute in a chroot", "chroot", "/usr/bin/mksquashfs /chroot /filesystem.squashfs", "/"],
  ["one absolute", "chroot/out/deep", "mksquashfs /chroot deep/x.sqfs -noappend", "/out"],
  ["upwards", "chroot", "mksquashfs ../../chroot ../../x.sqfs -noappend", "/out/deep"],
  ["working directory not known", "chroot", "mksquashfs ./chroot/ ./x.sqfs", ""],
])("the directory that was packed is found, of a chrooted packer: %s", (_, from, command, cwd) => {
  expect(packed(from, command, 3, cwd)).toBe("chroot/chroot");
});

test.each([
  ["relative", "mksquashfs chroot binary/live/filesystem.squashfs", directory],
  ["absolute", `mksquashfs ${directory}/chroot ${directory}/binary/live/filesystem.squashfs`, "/"],
  ["from elsewhere", `mksquashfs ../chroot ../binary/live/filesystem.squashfs`, `${directory}/other`],
])("the directory that was packed is found, of a packer without chroot: %s", (_, command, cwd) => {
  expect(packed("binary/live", command, 0, cwd)).toBe("chroot");
});

test("the build directory itself can be packed", () => {
  expect(packed("", `mksquashfs . x.sqfs -e binary`, 0, directory)).toBe("");
});

test.each([
  ["mksquashfs chroot other chroot/x.sqfs -comp xz", "? the packer was given 2 sources"],
  ["mksquashfs - x.sqfs -tar", "? the packer was given 0 sources"],
  ["gensquashfs -D chroot x.sqfs", "? the packer is not mksquashfs: gensquashfs"],
  ["mksquashfs nowhere x.sqfs", "? the packer's source is not found below the build directory"],
  ["mksquashfs chroot elsewhere/x.sqfs", "? the packer's source is not found below the build directory"],
])("what cannot be known is not guessed: %s", (command, because) => {
  expect(packed("chroot", command, 3, "/")).toBe(because);
});
