import { epochsBetween, type Incarnation } from "./incarnation.ts";
import type { ProcessTable } from "./table.ts";

export interface Writer {
  process: Incarnation | undefined;
  epoch: number;
  /** More than one process could have been meant. */
  uncertain: boolean;
}

/**
 * Who had a pid, and which command it ran, when a file event happened.
 *
 * fanotify events carry a pid and no time: they happened after the moment `from`, at which the queue was
 * seen empty, and before `to`, when they were read. That window is some milliseconds, so there is mostly one
 * answer. Where the process called exec within the window, FAN_OPEN_EXEC events (fanotify_mark(2), Linux
 * 5.0) in the same queue say on which side of it the event lies.
 */
export function attribute(table: ProcessTable, pid: number, from: number, to: number): Writer {
  const candidates = table.candidates(pid, from, to);
  const process = candidates.at(-1);
  if (process === undefined) return { process: undefined, epoch: 0, uncertain: true };
  const [first, last] = epochsBetween(process, from, to);
  const epoch = Math.min(Math.max(process.streamEpoch, first), last);
  process.streamEpoch = epoch;
  return { process, epoch, uncertain: candidates.length > 1 };
}

/** A process opened a program to execute it: its next events belong to the command which that program became. */
export function opensToExecute(
  table: ProcessTable,
  pid: number,
  name: string,
  from: number,
  to: number,
): void {
  const process = table.candidates(pid, from, to).at(-1);
  if (process === undefined) return;
  const [first] = epochsBetween(process, from, to);
  const reached = Math.max(process.streamEpoch, first);
  const next = process.execs.find((e) => e.epoch > reached && e.time <= to && e.name === name);
  process.streamEpoch = next === undefined ? reached : next.epoch;
}
