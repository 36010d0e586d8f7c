import fc from "fast-check";
import { expect, test } from "vitest";
import { PathResolver } from "../../../../../agent/probe/image/dpkg/resolve.ts";

test.each([
  ["/bin/ls", "/usr/bin/ls"],
  ["/.", "/"],
  ["/bin", "/bin"],
  ["/lib64/x/../ld.so", "/usr/lib/ld.so"],
  ["/up/passwd", "/passwd"],
  ["/twice/ls", "/usr/bin/ls"],
  ["/not//there/./x", "/not/there/x"],
])("%s is %s", (path, canonical) => {
  const symlinks = new Map([
    ["/bin", "usr/bin"],
    ["/lib64", "usr/lib"],
    ["/up", "../../.."],
    ["/twice", "/bin"],
    ["/usr/lib/x", "/usr/lib/y"],
  ]);
  expect(new PathResolver(symlinks).canonical(path)).toBe(canonical);
});

test("symlinks that lead to each other end", () => {
  const symlinks = new Map([
    ["/a", "b"],
    ["/b", "a/a/a"],
  ]);
  expect(new PathResolver(symlinks).canonical("/a/x")).toBe("/a/x");
});

test("any symlinks and paths give an absolute path without dots", () => {
  const part = fc.constantFrom("a", "b", "c", "..", ".", "");
  const path = fc.array(part, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
  const target = fc.array(part, { maxLength: 4 }).map((parts) => parts.join("/"));
  const link = fc.tuple(fc.constantFrom("/a", "/b", "/a/b", "/c/a", "/b/c"), target);
  fc.assert(
    fc.property(fc.array(link), path, (links, at) => {
      const canonical = new PathResolver(new Map(links)).canonical(at.replaceAll("..", "c"));
      expect(canonical).toMatch(/^\/(?:[abc]+(?:\/[abc]+)*)?$/);
    }),
  );
});
