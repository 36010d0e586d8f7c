import type { ExecEvent, KernelEvent } from "../../../../../agent/kernel/events.ts";

/** Nanoseconds: the unit of a process's start. */
export const second = 1e9;
export const hostRoot = { device: 1, inode: 2 };

/** A process is forked when it starts. */
export function fork(parent: number, parentStart: number, child: number, childStart: number): KernelEvent {
  return { kind: "fork", time: childStart / 1000, pid: parent, start: parentStart, child, childStart };
}

/** A child of process 11, which started at 2 s, executes a program in /build, 0.1 ms after its own start. */
export function exec(
  pid: number,
  start: number,
  command: string,
  rest: Partial<ExecEvent> = {},
): KernelEvent {
  const path = { path: Buffer.from(`/usr/bin/${command}`), truncated: false, unreachable: false };
  return {
    kind: "exec",
    ...{ time: start / 1000 + 100, pid, start, parent: 11, parentStart: 2 * second, uid: 0 },
    ...{ filename: Buffer.from(command), filenameTruncated: false },
    ...{ executable: path, cwd: { ...path, path: Buffer.from("/build") } },
    ...{ root: hostRoot, cwdIdentity: hostRoot, executableIdentity: hostRoot, outputs: [] },
    argv: Buffer.from(`${command}\0`),
    ...{ argvLength: command.length + 1, argvTruncated: false, argvUnreadable: false },
    ...{ environment: undefined, environmentTruncated: false },
    ...rest,
  };
}
