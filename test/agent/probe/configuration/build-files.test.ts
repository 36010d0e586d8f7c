import { describe, expect, it } from "vitest";
import { isOfConfiguration } from "../../../../agent/probe/configuration/build-files.ts";
import { DirectoryTree } from "../../../../agent/probe/file/tree.ts";

/** What is asked of a path below the build directory. */
function isWatched(path: string): boolean {
  const tree = new DirectoryTree("top");
  const names = path.split("/");
  const name = names.pop()!;
  let at = tree.root;
  for (const each of names) at = tree.add(`${at.key}/${each}`, at, each).node;
  return isOfConfiguration(at, name);
}

describe("what happens in a build directory", () => {
  it.each([
    "config",
    "config/common",
    "config/package-lists",
    "config/package-lists/a.list.chroot",
    "config/archives/a.pref.binary",
    "config/APT_snapshots.d/debian",
    "config/APT_snapshots.d/debian/serial",
    "tmp/APT_snapshots.d",
    "tmp/APT_snapshots.d/debian/serial",
  ])("concerns its configuration: %s", (path) => {
    expect(isWatched(path)).toBe(true);
  });

  it.each([
    "chroot",
    "chroot/config/common",
    "chroot/etc/apt/preferences",
    "config/includes.chroot/etc/passwd",
    "config/hooks/normal/1.hook.chroot",
    "config/package-lists/sub/a.list",
    "tmp/x",
    "tmp/x/serial",
    "binary/config",
  ])("does not concern it: %s", (path) => {
    expect(isWatched(path)).toBe(false);
  });
});
