import type { Exec, Incarnation } from "./incarnation.ts";
import type { ProcessTable } from "./table.ts";

export interface Writer {
  process: Incarnation | undefined;
  epoch: number;
  /** More than one process could have been meant. */
  uncertain: boolean;
}

/** Programs that a process opened to execute and that no exec of it has accounted for: more than one exec opens (script, interpreter, loader). */
const mostOpened = 8;
/** From opening a program to having executed it, at the most, in microseconds. */
const lateExec = 50_000;

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
  advance(process, from, to);
  const { order } = process;
  if (order.epoch === process.epoch)
    return { process, epoch: order.epoch, uncertain: candidates.length > 1 || from < order.doubtUntil };
  const next = process.execs.find(({ epoch, time }) => epoch > order.epoch && time <= to);
  // The kernel merges the events of one program that is opened twice before it is read: the second exec has no sign.
  const isMerged = next !== undefined && order.used.some((used) => used.isAgain || used.name === next.name);
  const isDoubtful = from < order.doubtUntil;
  const isUntold = next !== undefined && !next.isTold;
  return {
    process,
    epoch: isUntold ? lastUntold(process, to).epoch : order.epoch,
    uncertain: candidates.length > 1 || isMerged || isUntold || isDoubtful,
  };
}

/** Where no opening tells on which side of an exec an event lies: more is done after one than between fork and exec. */
function lastUntold({ execs, order }: Incarnation, to: number): Exec {
  const later = execs.filter(({ epoch, time }) => epoch > order.epoch && time <= to);
  const told = later.findIndex(({ isTold }) => isTold);
  return later.at(told < 0 ? -1 : told - 1)!;
}

/**
 * Who wrote what a writer's process was the one to write: a later command of the same process, if that began with the
 * file as its output. `sh -c "date >stamp"` makes the file as sh, and becomes date; what both do to it before the queue is
 * read is one event of the kernel's, in the place of the first. @param handle the file's (handles.ts)
 */
export function attributeOutput(writer: Writer, handle: string, to: number): Writer {
  const { process, epoch } = writer;
  const later = process?.execs.findLast(
    (exec) => exec.epoch > epoch && exec.time <= to && exec.outputs.some((inode) => isOf(handle, inode)),
  );
  return later === undefined ? writer : { process, epoch: later.epoch, uncertain: false };
}

/** Whether a handle can be that of an inode: ext4, xfs and btrfs have the number first, tmpfs behind the generation. */
function isOf(handle: string, inode: number): boolean {
  const number = Buffer.from(handle.slice(4, 12), "latin1");
  const low = inode % 0x1_0000_0000;
  return number.length === 8 && (number.readUInt32LE() === low || number.readUInt32LE(4) === low);
}

/** A process opened a program to execute it: its next events belong to the command which that program becomes. */
export function opensToExecute(
  table: ProcessTable,
  pid: number,
  name: string,
  from: number,
  to: number,
): void {
  const process = table.candidates(pid, from, to).at(-1);
  if (process === undefined) return;
  const { order } = process;
  // Where an exec was put in order by an opening that may not have been its own, its own is still to come.
  order.opened.push({ name, from, to, isDoubtful: from < order.doubtUntil });
  if (order.opened.length > mostOpened) order.opened.shift();
  advance(process, from, to);
}

/** Moves on to the latest exec that must have happened: by its time, or by the program that was seen being opened for it. */
function advance(process: Incarnation, from: number, to: number): void {
  const { order } = process;
  while (order.used.length > 0 && order.used[0]!.to < from - lateExec) order.used.shift();
  if (order.epoch === process.epoch) return; // mostly
  for (const exec of process.execs) {
    if (exec.epoch <= order.epoch) continue;
    if (exec.time > to) return;
    // An exec that happened before the window did not open what was opened in it.
    const at = order.opened.findIndex((opened) => opened.name === exec.name && opened.from < exec.time);
    if (at < 0 && exec.time > from) {
      if (exec.isTold) return;
      continue; // one that nothing told of has happened if one after it has
    }
    order.epoch = exec.epoch;
    const isDoubtful = at < 0 || order.opened[at]!.isDoubtful;
    if (at >= 0) {
      if (isDoubtful) order.doubtUntil = exec.time;
      order.opened.splice(0, at + 1);
      order.used.push({ name: exec.name, to, isAgain: order.used.some(({ name }) => name === exec.name) });
    }
    // What else was opened before it happened was opened for it, or for one before.
    while (order.opened.length > 0 && order.opened[0]!.to <= exec.time) order.opened.shift();
    if (isDoubtful) for (const opened of order.opened) opened.isDoubtful ||= opened.from < exec.time;
  }
}
