import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootMicroseconds } from "../../../agent/kernel/clock.ts";
import type { KernelEvent } from "../../../agent/kernel/events.ts";
import { openProcessEvents, type ProcessEvents, ringSize } from "../../../agent/kernel/libbpf.ts";
import { Ring } from "../../../agent/kernel/ring.ts";
import { Intake } from "../../../agent/recorder/intake.ts";
import { ProcessQueue } from "../../../agent/recorder/process-queue.ts";

let directory: string;
let source: ProcessEvents;
let ring: Ring;
let intake: Intake;
let handed: KernelEvent[];
let queue: ProcessQueue;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-process-queue-"));
  source = openProcessEvents({ needs: false });
  ring = new Ring(source.ringFd, ringSize(source.ringFd));
  intake = new Intake(directory);
  handed = [];
  queue = new ProcessQueue(ring, intake, (event) => handed.push(event));
});
afterEach(() => {
  queue.close();
  ring.close();
  source.close();
  rmSync(directory, { recursive: true });
});

/** A process runs with this argument. @returns the moment after its end. */
function run(argument: string): number {
  execaSync("/bin/true", [argument]);
  return bootMicroseconds();
}

/** What the programs were given whose execs have been handed over; the machine's other processes are told of too. */
function heard(): string[] {
  return handed
    .map((event) => (event.kind === "exec" ? event.argv.toString().split("\0") : []))
    .filter(([command]) => command === "/bin/true")
    .map(([, argument]) => argument!);
}

describe("process events", () => {
  it("are all handed over that happened before the moment that is asked for", () => {
    const first = run("first");
    queue.handUntil(first);
    expect(heard()).toEqual(["first"]);
    queue.handUntil(run("second"));
    expect(heard()).toEqual(["first", "second"]);
    expect(queue.count).toBe(handed.length);
  });

  it("that had to leave the ring wait until their time comes, in order and whole", () => {
    const moments: number[] = [];
    for (let i = 0; i < 5; i++) {
      moments.push(run(`${i} ${"x".repeat(i * 1000)}`));
      queue.makeRoom();
      expect(queue.fill).toBeLessThan(0.01);
    }
    expect(heard()).toEqual([]);
    for (const [i, moment] of moments.entries()) {
      queue.handUntil(moment);
      expect(heard()).toHaveLength(i + 1);
    }
    queue.handUntil(run("from the ring again"));
    const expected = moments.map((_, i) => `${i} ${"x".repeat(i * 1000)}`);
    expect(heard()).toEqual([...expected, "from the ring again"]);
    expect(handed.filter(({ kind }) => kind === "malformed")).toEqual([]);
  });

  it("wait on disk where they are more than memory takes", () => {
    const most = 60;
    const long = "y".repeat(100_000);
    for (let i = 0; i < most; i++) {
      run(`${i} ${long}`);
      queue.makeRoom();
    }
    expect(intake.bytes).toBeLessThan(5 << 20);
    expect(readdirSync(directory)).toEqual([]); // its file has no name
    queue.handUntil(bootMicroseconds());
    expect(heard()).toEqual(Array.from({ length: most }, (_, i) => `${i} ${long}`));
  });

  it("make the ring fuller, until they are handed over", () => {
    const before = queue.fill;
    run("z".repeat(100_000));
    expect(queue.fill - before).toBeGreaterThan(100_000 / ring.size);
    queue.handUntil(bootMicroseconds());
    expect(queue.fill).toBeLessThan(0.01);
  });
});

it("there are none without a ring", () => {
  const none = new ProcessQueue(undefined, intake, () => expect.unreachable());
  none.handUntil(bootMicroseconds());
  none.makeRoom();
  expect([none.fill, none.count, intake.isEmpty]).toEqual([0, 0, true]);
});
