import fc from "fast-check";
import { expect, it } from "vitest";
import { type ChangeKind, packageChanges, versions } from "../../../collector/changelog/package-changes.ts";
import type { Side, SidePackage } from "../../../collector/changelog/side.ts";
import { bare, binary, side } from "./sides.ts";

/** `KIND NAME:ARCHITECTURE FROM -> TO PLACES`, for each change. */
function told(a: readonly SidePackage[], b: readonly SidePackage[]): string[] {
  return packageChanges(side(a), side(b)).changes.map(({ kind, name, architecture, from, to, places }) =>
    `${kind} ${name}:${architecture} ${versions(from)} -> ${versions(to)} ${places}`.trim(),
  );
}

it("the newest of several versions decides, and all of them are told, oldest first", () => {
  const a = [bare("a", "10"), bare("a", "9"), bare("b", "1"), bare("c", "1"), bare("c", "2")];
  const b = [bare("a", "10"), bare("a", "11"), bare("b", "1"), bare("b", "0.9"), bare("c", "1")];
  expect(told(a, b)).toEqual([
    "downgraded c:amd64 1,2 -> 1",
    "upgraded a:amd64 9,10 -> 10,11",
    "regrouped b:amd64 1 -> 0.9,1",
  ]);
  expect(told([bare("a", "1.0")], [bare("a", "1.0-0")])).toEqual(["regrouped a:amd64 1.0 -> 1.0-0"]);
});

it("what became a package for all architectures, or whose architecture is not known, is the same package", () => {
  const arch = (architecture: string) => ({ architecture });
  expect(told([bare("a", "1")], [bare("a", "2", arch("all"))])).toEqual(["upgraded a:all 1 -> 2"]);
  expect(told([bare("a", "1", arch(""))], [bare("a", "1")])).toEqual([]);
  const i386 = bare("a", "1", arch("i386"));
  expect(told([bare("a", "1"), i386], [bare("a", "2", arch("all"))])).toEqual([
    "added a:all  -> 2",
    "removed a:amd64 1 ->",
    "removed a:i386 1 ->",
  ]);
  expect(told([bare("a", "1")], [i386])).toEqual(["added a:i386  -> 1", "removed a:amd64 1 ->"]);
});

it("a source package is not the binary package of its name", () => {
  const source = bare("a", "1", { type: "source", architecture: "source" });
  expect(told([bare("a", "1"), source], [bare("a", "1")])).toEqual(["removed a:source 1 ->"]);
});

it("between two builds the image is compared with the image; what is the same in both places is told once", () => {
  const used = { place: "build" as const };
  const a = [
    binary("a", "1"),
    binary("a", "2", used),
    binary("b", "1"),
    binary("b", "1", used),
    binary("t", "1"),
  ];
  const b = [binary("a", "3"), binary("a", "2", used), binary("b", "2"), binary("b", "2", used)];
  expect(told(a, [...b, binary("t", "1", used)])).toEqual([
    "added t:amd64  -> 1 build",
    "removed t:amd64 1 ->  image",
    "upgraded a:amd64 1 -> 3 image",
    "upgraded b:amd64 1 -> 2 image,build",
  ]);
});

it("a build without an image, and a file, do not know what was in the image", () => {
  const noImage = [binary("a", "1", { place: "build" })];
  expect(told(noImage, [binary("a", "1")])).toEqual([]);
  expect(told([bare("a", "1")], [binary("a", "2"), binary("a", "1", { place: "build" })])).toEqual([
    "upgraded a:amd64 1 -> 1,2",
  ]);
});

const version = fc.constantFrom("1", "1.0", "1.00", "2", "2~", "1:0");
const any = fc.array(
  fc.record({
    type: fc.constantFrom("binary" as const, "source" as const),
    name: fc.constantFrom("a", "b"),
    version,
    architecture: fc.constantFrom("amd64", "i386", "all", ""),
    source: fc.constantFrom("a", "s", null),
    sourceVersion: fc.option(version),
    origin: fc.constantFrom("debian", "security", null),
    place: fc.constantFrom("image" as const, "build" as const, null),
  }),
  { maxLength: 8 },
);
const mirrored: Record<ChangeKind, ChangeKind> = {
  added: "removed",
  removed: "added",
  downgraded: "upgraded",
  upgraded: "downgraded",
  regrouped: "regrouped",
};

it("B against A is A against B the other way round, and nothing changes against itself", () => {
  const parts = (x: Side, y: Side, turn: boolean) =>
    packageChanges(x, y).changes.map((change) =>
      JSON.stringify({
        kind: turn ? mirrored[change.kind] : change.kind,
        what: [change.type, change.name, change.places],
        versions: turn
          ? [versions(change.to), versions(change.from)]
          : [versions(change.from), versions(change.to)],
      }),
    );
  fc.assert(
    fc.property(any, any, (a, b) => {
      const [x, y] = [side(a), side(b)];
      expect(parts(y, x, true).sort()).toEqual(parts(x, y, false).sort());
      expect(packageChanges(x, x).changes).toEqual([]);
      expect(packageChanges(x, side([...a].reverse())).changes).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
