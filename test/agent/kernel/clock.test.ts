import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bootMicroseconds, realtimeOffset, startTicks } from "../../../agent/kernel/clock.ts";
import { only, Watch } from "./support/watch.ts";

let watch: Watch;
beforeAll(() => {
  watch = new Watch();
});
afterAll(() => watch.close());

it("the kernel's events have times of the clock that file events are stamped with", async () => {
  const before = bootMicroseconds();
  const found = await watch.eventsOf("/bin/true", []);
  const after = bootMicroseconds();
  const times = found.map((event) => ("time" in event ? event.time : 0));
  expect([before, ...times, after]).toEqual([before, ...times, after].toSorted((a, b) => a - b));
});

it("a process has in the kernel's events the start that /proc shows", async () => {
  const child = execa("/bin/cat", ["/proc/self/stat"]);
  const { stdout } = await child;
  const { start } = only(watch.of(child.pid!), "exec");
  expect(startTicks(start)).toBe(Number(stdout.split(" ")[21]));
});

it("with the offset added, it is the time of day", () => {
  const before = Date.now();
  const now = (bootMicroseconds() + realtimeOffset()) / 1000;
  const after = Date.now();
  // A millisecond each way: Date.now() is rounded down, and the offset is taken a moment later.
  expect(now).toBeGreaterThanOrEqual(before - 1);
  expect(now).toBeLessThanOrEqual(after + 1);
});
