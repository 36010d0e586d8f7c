import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkForcedLoss } from "./check/complete/loss.ts";
import { checkScript } from "./check/complete/script.ts";
import { checkStorm } from "./check/complete/storm.ts";
import { testHome } from "./lib/paths.ts";
import { volumeKinds } from "./lib/volume.ts";

const home = testHome("complete");

afterAll(() => rmSync(home, { recursive: true, force: true }));

const whole = volumeKinds.filter((kind) => kind !== "overlayfs-hidden");

describe.each(whole)("on %s", (kind) => {
  test("nothing that strace sees, or that the script says it did, is missing", async () => {
    const { strace, statement, recorded, notStanding } = await checkScript(kind, join(home, kind));
    expect(strace.faults).toEqual([]);
    expect(statement.faults).toEqual([]);
    expect(strace.acts).toBeGreaterThan(4_000);
    expect(notStanding).toEqual([]);
    expect(recorded.losses).toEqual([]);
    expect(recorded.damage).toEqual([]);
    expect(recorded.ended).toBe(true);
  });
});

// The kernel takes no mark on a whole overlayfs, and what it writes to is out of reach: what comes into a directory
// before it has a mark of its own is found, not seen.
test("on an overlayfs alone, everything that stands in the end is recorded, and the report says what it may lack", async () => {
  const { strace, recorded, notStanding, summary } = await checkScript(
    "overlayfs-hidden",
    join(home, "hidden"),
  );
  // Directories whose path is too long to be opened by it are counted as lost.
  expect(notStanding.filter((path) => !path.startsWith("/long/"))).toEqual([]);
  expect(strace.faults.filter((fault) => fault.startsWith("exec:"))).toEqual([]);
  expect(recorded.uncertain).toBeGreaterThan(0);
  expect(summary).toMatch(/^# INCOMPLETE/);
  expect(summary).toContain('probe "files" is partial');
});

test("in a storm of short-lived processes with pids used again, every writer is the right one", async () => {
  const { incomplete, wrongWriter, noWriter, lost, broken, reusedPids } = await checkStorm(
    64_000,
    join(home, "storm"),
  );
  expect({ incomplete, wrongWriter, noWriter, lost, broken }).toEqual({
    incomplete: 0,
    wrongWriter: 0,
    noWriter: 0,
    lost: 0,
    broken: [],
  });
  expect(reusedPids).toBeGreaterThan(100);
});

test("events that are lost are counted, the report says incomplete, and the build keeps its status", async () => {
  const { status, lost, saysIncomplete } = await checkForcedLoss(join(home, "loss"));
  expect(status.given).toBe(status.own);
  expect(lost).toBeGreaterThan(0);
  expect(saysIncomplete).toBe(true);
});
