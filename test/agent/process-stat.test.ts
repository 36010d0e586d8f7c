import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { statFields } from "../../agent/process-stat.ts";

test("a process is told apart from its name", () => {
  expect(statFields("7 (a) R 1 (b) S 42 7 7 0 -1\n").slice(0, 3)).toEqual(["S", "42", "7"]);
  expect(statFields(readFileSync("/proc/self/stat", "latin1"))[1]).toBe(String(process.ppid));
});
