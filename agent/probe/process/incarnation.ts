import type { ExecEvent } from "../../../proto/events.ts";

/** Nanoseconds in one unit of /proc/PID/stat's start time (proc_pid_stat(5)): USER_HZ is 100 on every port of Debian but alpha. */
export const tick = 10_000_000;

/** What is known of one exec besides its process and time. */
export type ExecFacts = Omit<ExecEvent, "kind" | "time" | "process" | "epoch">;

/** One process: a pid between a fork and an end. Times are microseconds of CLOCK_BOOTTIME. */
export interface Incarnation {
  readonly pid: number;
  /** The kernel's start time, nanoseconds: with the pid it names the process. */
  readonly start: number;
  readonly forked: number;
  ended: number;
  readonly parent: Incarnation | undefined;
  /** Which of its parent's commands it was forked from. */
  readonly parentEpoch: number;
  /** How many times it has called exec. */
  epoch: number;
  readonly execs: { epoch: number; time: number; name: string }[];
  /** The epoch that the stream of file events has come to: it runs behind `epoch`. */
  streamEpoch: number;
  /** Not below the command that Isotrace started. */
  outside: boolean;
  /** Its children are the build: Isotrace's supervisor. */
  startsBuild: boolean;
  /** A process of Isotrace itself. */
  own: boolean;
  /** Its number in the recording; 0 while it is not in it. */
  id: number;
  /** What it runs now; undefined before its first exec. */
  facts: ExecFacts | undefined;
  /** Execs that the recording does not have yet. */
  unwritten: { epoch: number; time: number; facts: ExecFacts }[];
}

/** The epochs that a process may have been in after `from`, up to `to`: the first and the last of them. */
export function epochsBetween(process: Incarnation, from: number, to: number): [first: number, last: number] {
  const { execs } = process;
  if (execs.length === 0) return [process.epoch, process.epoch];
  let first = execs[0]!.epoch - 1;
  let last = first;
  for (const exec of execs) {
    if (exec.time <= from) first = exec.epoch;
    if (exec.time <= to) last = exec.epoch;
  }
  return [first, last];
}
