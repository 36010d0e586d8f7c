import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootMicroseconds } from "../../../agent/kernel/clock.ts";
import { markFilesystem, mask, openFanotify } from "../../../agent/kernel/fanotify.ts";
import { Drain, type DrainTarget } from "../../../agent/recorder/drain.ts";

interface Told {
  name: string;
  from: number;
  to: number;
}

let top: string;
let group: number;
let told: Told[];
let drain: Drain;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "isotrace-drain-"));
  execaSync("mount", ["-t", "tmpfs", "isotrace-test", top]);
  mkdirSync(join(top, "spool"));
  group = openFanotify();
  const fd = openSync(top, "r");
  markFilesystem(group, fd, mask.create);
  closeSync(fd);
  told = [];
  const target: DrainTarget = {
    process: () => {},
    file: ({ name }, from, to) => told.push({ name, from, to }) > 0,
    written: () => {},
    settleWritten: () => {},
    opensToExecute: () => {},
    understoodUntil: () => {},
    checkMounts: () => {},
    loss: (what, detail) => expect.unreachable(`${what}: ${detail}`),
  };
  const none = { openFiles: -1, upper: -1, ring: -1, losses: -1, programs: [] };
  drain = new Drain({ ...none, fanotify: group }, target, join(top, "spool"));
});
afterEach(() => {
  drain.stop();
  closeSync(group);
  execaSync("umount", ["--lazy", top]);
  rmSync(top, { recursive: true });
});

const make = (name: string) => writeFileSync(join(top, name), "");

describe("file events", () => {
  it("are handed over in their order, each with a window that it happened in", async () => {
    drain.start();
    const made: number[] = [];
    for (let i = 0; i < 20; i++) {
      made.push(bootMicroseconds());
      make(`${i}`);
      made.push(bootMicroseconds());
      await sleep(i);
    }
    while (told.length < 20) await sleep(10);
    for (const [i, { name, from, to }] of told.entries()) {
      expect(name).toBe(`${i}`);
      expect(from).toBeLessThanOrEqual(made[2 * i + 1]!);
      expect(to).toBeGreaterThanOrEqual(made[2 * i]!);
    }
  });

  it("have windows as narrow as the queue is read, though they are understood together", async () => {
    drain.start();
    // A machine that is busy can be late: not each time.
    for (let i = 0; i < 300; i++) {
      make(`${i}`);
      await sleep(1);
    }
    while (told.length < 300) await sleep(10);
    expect(Math.min(...told.map(({ from, to }) => to - from))).toBeLessThan(60_000);
  });

  it("have all been handed over in the end, however many there are", () => {
    for (let i = 0; i < 20_000; i++) make(`${i}`);
    drain.finish();
    expect(told.map(({ name }) => name)).toEqual(Array.from({ length: 20_000 }, (_, i) => `${i}`));
    expect(drain.counts.fileEvents).toBe(20_000);
  });
});
