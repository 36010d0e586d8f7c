import { describe, expect, it } from "vitest";
import { type DirectoryNode, DirectoryTree } from "../../../../agent/probe/file/tree.ts";

/** The node at a path, with those above it. */
function make(tree: DirectoryTree, path: string): DirectoryNode {
  let at = tree.root;
  for (const name of path.split("/")) at = tree.add(`${at.key}/${name}`, at, name).node;
  return at;
}

describe("the role of a directory", () => {
  it.each([
    ["chroot/debootstrap", "debootstrap", "chroot"],
    ["chroot/var/lib/apt/lists", "lists", "chroot"],
    ["chroot/var/cache/apt/archives", "archives", "chroot"],
    ["chroot/var/cache/apt/archives/partial", "partial", "chroot"],
    ["chroot/var/lib/dpkg", "dpkg", "chroot"],
    ["chroot/var/log", "log", "chroot"],
    ["chroot/etc/apt", "apt", "chroot"],
    ["chroot/etc/apt/preferences.d", "apt", "chroot"],
    ["chroot/chroot/var/lib/dpkg", "dpkg", "chroot/chroot"],
    ["var/lib/dpkg", "dpkg", ""],
  ])("%s is %s of %s/", (path, kind, root) => {
    const tree = new DirectoryTree("top");
    const node = make(tree, path);
    expect(node.role).toEqual({ kind, root: root === "" ? tree.root : make(tree, root) });
  });

  it.each([
    "chroot/var/lib/apt/lists/partial",
    "chroot/var/lib/dpkg/info",
    "chroot/lib/dpkg",
    "chroot/var/lib/dpkg-old",
    "log",
    "dpkg",
  ])("%s has none", (path) => {
    expect(make(new DirectoryTree("top"), path).role).toBeUndefined();
  });

  it("stays with the system when that is moved as a whole", () => {
    const tree = new DirectoryTree("top");
    const [dpkg, chroot] = [make(tree, "chroot/var/lib/dpkg"), make(tree, "chroot")];
    tree.move(chroot, tree.root, "chroot.tmp");
    expect(dpkg.role).toEqual({ kind: "dpkg", root: chroot });
  });

  it("comes and goes with the directory's own name", () => {
    const tree = new DirectoryTree("top");
    const [lists, apt] = [make(tree, "chroot/var/lib/apt/lists"), make(tree, "chroot/var/lib/apt")];
    tree.move(lists, apt, "lists.old");
    expect(lists.role).toBeUndefined();
    const { node } = tree.add("new", apt, "lists.new");
    tree.move(node, apt, "lists");
    expect(node.role).toEqual({ kind: "lists", root: make(tree, "chroot") });
  });

  it("comes to what is below a directory that is given the name that was missing", () => {
    const tree = new DirectoryTree("top");
    const [dpkg, staged] = [make(tree, "chroot/var/lib.new/dpkg"), make(tree, "chroot/var/lib.new")];
    tree.move(staged, make(tree, "chroot/var"), "lib");
    expect(dpkg.role).toEqual({ kind: "dpkg", root: make(tree, "chroot") });
  });
});
