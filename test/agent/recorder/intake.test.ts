import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Intake } from "../../../agent/recorder/intake.ts";

let directory: string;
let intake: Intake;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-intake-"));
  intake = new Intake(directory);
});
afterEach(() => {
  intake.close();
  rmSync(directory, { recursive: true });
});

describe("batches that wait", () => {
  it("come out in order and whole, also when there are more than memory takes", () => {
    const size = 1 << 20;
    const count = 40;
    for (let i = 0; i < count; i++) intake.push(i, i + 1, Buffer.alloc(size + i, i));
    expect(intake.oldest(99)).toBe(0);
    for (let i = 0; i < count; i++) {
      if (i === 20) intake.push(count, count + 1, Buffer.from("late"));
      const { from, to, data } = intake.shift()!;
      expect([from, to, data.length, data[0], data.at(-1)]).toEqual([i, i + 1, size + i, i, i]);
    }
    expect(intake.shift()?.data.toString()).toBe("late");
    expect(intake.isEmpty).toBe(true);
    expect(intake.shift()).toBeUndefined();
    expect(intake.oldest(99)).toBe(99);
  });

  it("leave no file behind, whatever happens to the recorder", () => {
    for (let i = 0; i < 20; i++) intake.push(i, i, Buffer.alloc(1 << 20));
    expect(readdirSync(directory)).toEqual([]);
  });

  it("are copies: what was pushed may be overwritten", () => {
    const buffer = Buffer.from("one");
    intake.push(0, 1, buffer);
    buffer.write("two");
    expect(intake.shift()?.data.toString()).toBe("one");
  });
});
