import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePath } from "../../../../collector/snapshot/serve/path.ts";

test.each([
  [
    "/debian/2026112401/pool/main/a/alpha_1%3a1.0%7erc1_amd64.deb",
    ["debian", "2026112401", "pool", "main", "a", "alpha_1:1.0~rc1_amd64.deb"],
  ],
  ["/debian//2026112401/dists/", ["debian", "2026112401", "dists"]],
  ["/1.0/debian/dists/stable/InRelease?x=/../..", ["1.0", "debian", "dists", "stable", "InRelease"]],
  ["http://proxy.example.org/debian/a", ["debian", "a"]],
])("%s names a file", (target, components) => {
  expect(parsePath(target)).toEqual({ kind: "path", components });
});

test.each([
  ["/../state.json", 400],
  ["/debian/%2e%2e/state.json", 400],
  ["/debian/..%2fstate.json", 400],
  ["/debian/%2E./state.json", 400],
  ["/debian/./a", 400],
  ["/debian/a%00.deb", 400],
  ["/debian/a%0d%0aX: y", 400],
  ["/debian\\..\\state.json", 400],
  ["/debian/%c0%ae%c0%ae/state.json", 400],
  ["/%zz", 400],
  ["state.json", 400],
  ["*", 400],
  [`/${"a".repeat(5000)}`, 400],
  ["/.new-tag-1.0/debian", 404],
  ["/debian/.hidden", 404],
])("%s is refused", (target, status) => {
  expect(parsePath(target)).toEqual({ kind: "refused", status });
});

test("whatever is asked for, no component leads up, is hidden, or is two", () => {
  const part = fc.oneof(
    fc.constantFrom("..", ".", "%2e", "%2f", "/", "\\", "%5c", "%00", "%25", "2e", "a"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const path = parsePath(`/${parts.join("")}`);
      if (path.kind === "path")
        for (const component of path.components) expect(component).toMatch(/^[^./\\\0][^/\\\0]*$/);
    }),
  );
});
