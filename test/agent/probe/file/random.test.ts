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

it("whatever is done to a tree, and whenever it is looked at, the events leave standing what is there", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      using watched = new Watched(
        "mkdir -p chroot/var; echo 1 > chroot/var/f; for d in a b chroot; do mkdir -p $OUT/$d/sub/deep; echo 1 > $OUT/$d/sub/f; done",
      );
      for (const each of steps) act(watched, each);
      watched.drain();
      expect(watched.replayed()).toEqual(watched.found());
    }),
    { numRuns: 100 },
  );
});

/** One step, if it can be done: what the file system refuses is left out. */
function act(watched: Watched, { kind, a, b, name }: typeof step extends fc.Arbitrary<infer T> ? T : never) {
  const { build, outside } = watched;
  const entries = [
    build,
    ...readdirSync(build, { recursive: true }).map((each) => join(build, String(each))),
  ];
  const one = entries[a % entries.length]!;
  const target = join(entries[b % entries.length]!, name);
  try {
    switch (kind) {
      case "mkdir":
        return mkdirSync(target);
      case "write":
        return writeFileSync(target, "x");
      case "move":
        return one === build ? undefined : renameSync(one, target);
      case "link":
        return linkSync(one, target);
      case "remove":
        if (one === build) return;
        if (b % 3 === 0) return rmSync(one, { recursive: true });
        return b % 3 === 1 ? rmdirSync(one) : unlinkSync(one);
      case "out":
        return one === build ? undefined : renameSync(one, join(outside, name));
      case "in":
        writeFileSync(join(outside, name, "changed outside"), "x");
        renameSync(join(outside, name), target);
        // What comes in is read where it has come to: it must not be moved on before that.
        return watched.drain();
      case "look":
        return watched.drain();
      default:
        kind satisfies never;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}
