import {
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Overlay } from "../../kernel/support/overlay.ts";
import { Watched } from "./support/watched.ts";

const step = fc.record({
  kind: fc.constantFrom(
    "mkdir",
    "mkdir",
    "write",
    "write",
    "move",
    "move",
    "link",
    "remove",
    "out",
    "in",
    "look",
  ),
  a: fc.nat(1000),
  b: fc.nat(1000),
  name: fc.constantFrom("a", "b", "chroot", "\u00e4"),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

it("whatever is done to a tree, and whenever it is looked at, the events leave standing what is there", () =>
  check(100));

it("so do those of the upper layer, for a tree on an overlayfs", () => {
  using overlay = new Overlay();
  check(50, overlay);
});

const before =
  "mkdir -p chroot/var; echo 1 > chroot/var/f; for d in a b chroot; do mkdir -p $OUT/$d/sub/deep; echo 1 > $OUT/$d/sub/f; done";

function check(numRuns: number, overlay?: Overlay): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      using watched = new Watched(before, [], overlay);
      const named = new Set<string>();
      for (const each of steps) act(watched, each, named);
      watched.drain();
      expect(watched.replayed()).toEqual(watched.found());
    }),
    { numRuns },
  );
}

/**
 * One step, if it can be done: what the file system refuses is left out. The kernel tells of an event that still
 * waits to be read once only, so the same name is not given to the same object again before that: `named`.
 */
function act(watched: Watched, { kind, a, b, name }: Step, named: Set<string>) {
  const { build, outside } = watched;
  const entries = [
    build,
    ...readdirSync(build, { recursive: true }).map((each) => join(build, String(each))),
  ];
  const one = entries[a % entries.length]!;
  const target = join(entries[b % entries.length]!, name);
  const look = () => {
    watched.drain();
    named.clear();
  };
  const give = (from: string, to: string, call: (from: string, to: string) => void) => {
    if (named.has(`${from}\0${to}`)) look();
    named.add(`${from}\0${to}`);
    call(from, to);
  };
  try {
    switch (kind) {
      case "mkdir":
        return mkdirSync(target);
      case "write":
        return writeFileSync(target, "x");
      case "move":
        return one === build ? undefined : give(one, target, renameSync);
      case "link":
        return give(one, target, linkSync);
      case "remove":
        if (one === build) return;
        if (b % 3 === 0) return rmSync(one, { recursive: true });
        return b % 3 === 1 ? rmdirSync(one) : unlinkSync(one);
      case "out":
        return one === build ? undefined : give(one, join(outside, name), renameSync);
      case "in":
        writeFileSync(join(outside, name, "changed outside"), "x");
        give(join(outside, name), target, renameSync);
        return;
      case "look":
        return look();
      default:
        kind satisfies never;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}
