import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Graveyard } from "../../../../agent/probe/file/graveyard.ts";
import { objectOf } from "../../../../agent/probe/file/object.ts";
import { type DirectoryNode, DirectoryTree, pathOf } from "../../../../agent/probe/file/tree.ts";

/** Directories as paths, the slow and simple way: a rename touches every path below. */
class Model {
  readonly paths = new Map<string, string>([["top", ""]]);

  below(path: string): string[] {
    return [...this.paths]
      .filter(([, each]) => each === path || each.startsWith(`${path}/`))
      .map(([key]) => key);
  }

  move(key: string, to: string): void {
    const from = this.paths.get(key)!;
    for (const each of this.below(from)) this.paths.set(each, to + this.paths.get(each)!.slice(from.length));
  }
}

const step = fc.record({
  kind: fc.constantFrom("make", "move", "remove"),
  a: fc.nat(1000),
  b: fc.nat(1000),
  name: fc.constantFrom("x", "y", "z", "chroot", "chroot.tmp"),
});

describe("the tree of directories", () => {
  it("has the paths that a simple model has, after any makings, moves and removals", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tree = new DirectoryTree("top");
        const model = new Model();
        for (const [i, { kind, a, b, name }] of steps.entries()) {
          const keys = [...model.paths.keys()];
          const [one, other] = [keys[a % keys.length]!, keys[b % keys.length]!];
          const path = `${model.paths.get(other)}/${name}`.replace(/^\//, "");
          const isTaken = [...model.paths.values()].includes(path);
          if (kind === "make" && !isTaken) {
            tree.add(`key ${i}`, tree.get(other)!, name);
            model.paths.set(`key ${i}`, path);
          } else if (kind === "move" && one !== "top" && !isTaken) {
            if (model.below(model.paths.get(one)!).includes(other)) continue; // EINVAL: into itself
            tree.move(tree.get(one)!, tree.get(other)!, name);
            model.move(one, path);
          } else if (kind === "remove" && one !== "top" && model.below(model.paths.get(one)!).length === 1) {
            tree.remove(tree.get(one)!);
            model.paths.delete(one);
          }
          for (const [key, expected] of model.paths) expect(pathOf(tree.get(key)!)).toBe(expected);
          expect(tree.size).toBe(model.paths.size);
        }
      }),
    );
  });

  it("follows live-build: mv chroot chroot.tmp; mkdir chroot; mv chroot.tmp chroot/chroot", () => {
    const tree = new DirectoryTree("top");
    const { node: chroot } = tree.add("image", tree.root, "chroot");
    const { node: dpkg } = ["var", "lib", "dpkg"].reduce(
      ({ node }, name) => tree.add(`image ${name}`, node, name),
      { node: chroot } as { node: DirectoryNode },
    );
    tree.move(chroot, tree.root, "chroot.tmp");
    const { node: builders } = tree.add("builder's", tree.root, "chroot");
    tree.move(chroot, builders, "chroot");
    expect(pathOf(dpkg)).toBe("chroot/chroot/var/lib/dpkg");
    expect(dpkg.role).toEqual({ kind: "dpkg", root: chroot });
  });

  it("gives no path to what has left the build directory, nor to what a lost event has made a circle of", () => {
    const tree = new DirectoryTree("top");
    const { node: a } = tree.add("a", tree.root, "a");
    const { node: b } = tree.add("b", a, "b");
    tree.move(a, undefined, "a");
    expect(pathOf(b)).toBeUndefined();
    tree.move(a, b, "a");
    expect(pathOf(b)).toBeUndefined();
  });
});

it("removed directories are remembered for a while, and not for ever", () => {
  const graveyard = new Graveyard();
  const node = (key: string): DirectoryNode => ({ id: 1, key, name: "", parent: undefined, role: undefined });
  graveyard.add(node("first"));
  for (let i = 0; i < 4000; i++) graveyard.add(node(`key ${i}`));
  expect(graveyard.get("first")?.key).toBe("first");
  for (let i = 0; i < 10_000; i++) graveyard.add(node(`more ${i}`));
  expect(graveyard.get("first")).toBeUndefined();
});

it("objects of a million handles are all different", () => {
  const handle = Buffer.alloc(12);
  const objects = new Set<number>();
  for (let i = 0; i < 1_000_000; i++) {
    handle.writeUInt32LE(i, 4);
    handle.writeUInt32LE(Math.imul(i, 2654435761) >>> 0, 8);
    objects.add(objectOf(handle.toString("latin1")));
  }
  expect(objects.size).toBe(1_000_000);
});
