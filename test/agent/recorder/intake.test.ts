import { mkdtempSync, readdirSync, readlinkSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Intake } from "../../../agent/recorder/intake.ts";

let directory: string;
let mounted = false;
let intake: Intake;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-intake-"));
  intake = new Intake(directory);
});
afterEach(() => {
  intake.close();
  // Lazily, since a test that failed has left its file open.
  if (mounted) execaSync("umount", ["--lazy", directory]);
  mounted = false;
  rmSync(directory, { recursive: true });
});

/** Mounts a file system of this size on the directory, until the test ends. */
function mountSmall(size: string): void {
  execaSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "isotrace-test", directory]);
  mounted = true;
}

/** The files without a name that this process has open in the directory. */
function unnamedFiles(): string[] {
  return readdirSync("/proc/self/fd")
    .map(target)
    .filter((path) => path.startsWith(`${directory}/`));
}

function target(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // The descriptor that listed the directory is closed by now.
  }
}

/** A batch of `size` bytes that can be told from others. */
function data(number: number, size: number): Buffer {
  return Buffer.alloc(size, `batch ${number} `);
}

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

  it("are a queue, however pushing and taking out take turns", () => {
    const step = fc.oneof(
      fc.record({ push: fc.nat(3 << 20) }),
      fc.record({ take: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new Intake(directory);
        const model: { from: number; to: number; data: Buffer }[] = [];
        const takeAndCompare = () => expect(same(queue.shift(), model.shift())).toBe(true);
        try {
          for (const [i, each] of steps.entries()) {
            if ("push" in each) {
              model.push({ from: i, to: i + 1, data: data(i, each.push) });
              queue.push(i, i + 1, data(i, each.push));
            } else for (let n = 0; n < each.take; n++) takeAndCompare();
            expect(queue.isEmpty).toBe(model.length === 0);
            expect(queue.oldest(-1)).toBe(model[0]?.from ?? -1);
          }
          while (model.length > 0) takeAndCompare();
          expect(queue.isEmpty).toBe(true);
        } finally {
          queue.close();
        }
      }),
      { numRuns: 40 },
    );

    type Batches = ReturnType<Intake["shift"]>;
    function same(a: Batches, b: Batches): boolean {
      if (a === undefined || b === undefined) return a === b;
      return a.from === b.from && a.to === b.to && a.data.equals(b.data);
    }
  });

  it("wait in a file without a name beyond 4 MiB, so that none is left, whatever happens to the recorder", () => {
    for (let i = 0; i < 4; i++) intake.push(i, i, data(i, 1 << 20));
    expect(unnamedFiles()).toEqual([]);
    intake.push(4, 4, data(4, 1));
    expect(unnamedFiles()).toEqual([expect.stringMatching(/ \(deleted\)$/)]);
    expect(readdirSync(directory)).toEqual([]);
    intake.close();
    expect(unnamedFiles()).toEqual([]);
  });

  it("give the disk its space back when all were taken out", () => {
    mountSmall("16m");
    const used = () => execaSync("df", ["--output=used", directory]).stdout.split("\n")[1]!.trim();
    const before = used();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) intake.push(i, i, data(i, 1 << 20));
      expect(used()).not.toBe(before);
      while (!intake.isEmpty) intake.shift();
      expect(used()).toBe(before);
    }
    intake.close();
  });

  it("are kept in order when the disk is full, and when it has space again", () => {
    mountSmall("8m");
    writeFileSync(join(directory, "filler"), Buffer.alloc(4 << 20));
    const count = 30;
    for (let i = 0; i < count; i++) {
      if (i === 20) unlinkSync(join(directory, "filler"));
      intake.push(i, i, data(i, 1_000_000));
    }
    for (let i = 0; i < count; i++) {
      const batch = intake.shift();
      expect(batch?.from).toBe(i);
      expect(batch?.data.equals(data(i, 1_000_000))).toBe(true);
    }
    expect(intake.isEmpty).toBe(true);
    intake.close();
  });

  it("are copies: what was pushed may be overwritten", () => {
    const buffer = Buffer.from("one");
    intake.push(0, 1, buffer);
    buffer.write("two");
    expect(intake.shift()?.data.toString()).toBe("one");
  });
});
