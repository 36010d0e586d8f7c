import fc from "fast-check";
import { expect, test } from "vitest";
import { KeptContents } from "../../../../../agent/probe/image/contents/kept.ts";

const overhead = 256;

test("the budget goes to the smallest, and then by path, in whatever order they come", () => {
  const file = fc.record({
    path: fc.string({ maxLength: 3 }),
    content: fc.integer({ min: 0, max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 60 }), fc.integer({ min: 0, max: 20_000 }), (files, budget) => {
      // The content of a number is as long as the number says, some being equally long.
      const dataOf = (content: number) => Buffer.alloc((content >> 1) * 40, content + 1);
      const kept = new KeptContents(budget);
      for (const { path, content } of files)
        kept.add(path, String(content), dataOf(content).length, dataOf(content));
      const first = new Map<number, string>();
      for (const { path, content } of files)
        if (!first.has(content) || path < first.get(content)!) first.set(content, path);
      const order = [...first].sort(
        ([a, pathA], [b, pathB]) =>
          dataOf(a).length - dataOf(b).length || (pathA < pathB ? -1 : pathA > pathB ? 1 : 0),
      );
      const isTie = order.some(
        ([a, path], i) =>
          i > 0 && order[i - 1]![1] === path && dataOf(order[i - 1]![0]).length === dataOf(a).length,
      );
      fc.pre(!isTie); // two contents at one path: no image has that
      const expected: string[] = [];
      let left = budget;
      for (const [content] of order) {
        left -= dataOf(content).length + overhead;
        if (left < 0) break;
        expected.push(String(content));
      }
      expect([...kept.settled().keys()].sort()).toEqual(expected.sort());
      for (const [content, { data }] of kept.settled()) expect(data).toEqual(dataOf(Number(content)));
    }),
  );
});
