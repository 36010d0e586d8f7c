import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRange } from "../../../../collector/snapshot/serve/range.ts";

test.each([
  [undefined, { kind: "whole" }],
  ["bytes=0-3", { kind: "part", first: 0, last: 3 }],
  ["bytes=4-", { kind: "part", first: 4, last: 9 }],
  ["bytes=-3", { kind: "part", first: 7, last: 9 }],
  ["bytes=-30", { kind: "part", first: 0, last: 9 }],
  ["bytes=5-50", { kind: "part", first: 5, last: 9 }],
  ["bytes=10-", { kind: "unsatisfiable" }],
  ["bytes=-0", { kind: "unsatisfiable" }],
  ["bytes=5-2", { kind: "whole" }],
  ["bytes=0-1,4-5", { kind: "whole" }],
  ["lines=0-1", { kind: "whole" }],
])("%s of ten bytes", (header, expected) => {
  expect(parseRange(header, 10)).toEqual(expected);
});

test("a part lies within the file, whatever is asked for", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (first, last, size) => {
      for (const header of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        const range = parseRange(header, size);
        if (range.kind !== "part") continue;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.last).toBeLessThan(size);
        expect(range.first).toBeLessThanOrEqual(range.last);
      }
    }),
  );
});
