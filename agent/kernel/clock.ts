import { clockMicroseconds } from "./libc.ts";

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;

/** Microseconds of CLOCK_BOOTTIME (clock_gettime(2)): the clock of the kernel's process events. */
export function bootMicroseconds(): number {
  return clockMicroseconds(CLOCK_BOOTTIME);
}

/** What to add to a CLOCK_BOOTTIME time to get CLOCK_REALTIME, in microseconds, now: the clock can be set. */
export function realtimeOffset(): number {
  // The shortest of a few brackets: the process may be interrupted between two readings.
  let offset = 0;
  let bracket = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const before = bootMicroseconds();
    const real = clockMicroseconds(CLOCK_REALTIME);
    const after = bootMicroseconds();
    if (after - before >= bracket) continue;
    bracket = after - before;
    offset = real - (before + after) / 2;
  }
  return Math.round(offset);
}

const NANOSECONDS_PER_TICK = 10_000_000; // USER_HZ is 100 on every architecture Debian has

/** A process's start (ns, as in kernel events) as field 22 of /proc/PID/stat shows it. */
export function startTicks(start: number): number {
  return Math.floor(start / NANOSECONDS_PER_TICK);
}
