import { AT_FDCWD, fanotifyInit, fanotifyMark, read } from "./libc.ts";

/** Bits of an event's mask (fanotify_mark(2)); those of Linux 5.17 that Isotrace asks for or may be told. */
export const mask = {
  modify: 0x2,
  attrib: 0x4,
  closeWrite: 0x8,
  create: 0x100,
  delete: 0x200,
  openExec: 0x1000,
  overflow: 0x4000,
  rename: 0x10000000,
  onDirectory: 0x40000000,
} as const;

const FAN_CLOEXEC = 0x1;
const FAN_NONBLOCK = 0x2;
const FAN_UNLIMITED_QUEUE = 0x10;
const FAN_UNLIMITED_MARKS = 0x20;
const FAN_REPORT_FID = 0x200;
const FAN_REPORT_DIR_FID = 0x400;
const FAN_REPORT_NAME = 0x800;
const FAN_REPORT_TARGET_FID = 0x1000;
const groupFlags =
  FAN_CLOEXEC |
  FAN_NONBLOCK |
  FAN_UNLIMITED_QUEUE |
  FAN_UNLIMITED_MARKS |
  FAN_REPORT_FID |
  FAN_REPORT_DIR_FID |
  FAN_REPORT_NAME |
  FAN_REPORT_TARGET_FID;

const FAN_MARK_ADD = 0x1;
const FAN_MARK_REMOVE = 0x2;
const FAN_MARK_ONLYDIR = 0x8;
const FAN_MARK_FILESYSTEM = 0x100;
const FAN_EVENT_ON_CHILD = 0x8000000;

/**
 * What Isotrace listens to. FAN_OPEN_EXEC puts a process's execs in order with its own file events. FAN_MODIFY is the only
 * sign of a truncate(2) by path and of a utimensat(2) that sets the time of modification alone.
 */
export const fileMask =
  mask.create |
  mask.modify |
  mask.closeWrite |
  mask.attrib |
  mask.delete |
  mask.rename |
  mask.openExec |
  mask.onDirectory;

/**
 * A group whose events name directory, file name and object by file handle (Linux 5.17). Its queue has no limit but
 * memory, so nothing is dropped. @throws SystemError
 */
export function openFanotify(): number {
  return fanotifyInit(groupFlags, 0);
}

/**
 * Listens to all of the file system that an open directory is on.
 * @throws SystemError EOPNOTSUPP or ENODEV (overlayfs: no usable handles), EXDEV (a btrfs subvolume)
 */
export function markFilesystem(group: number, directory: number, events = fileMask): void {
  fanotifyMark(group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, events, directory, ".");
}

export function unmarkFilesystem(group: number, directory: number, events = fileMask): void {
  fanotifyMark(group, FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, events, directory, ".");
}

/** Listens to one directory and its entries: where marks on file systems are refused. @throws SystemError */
export function markDirectory(group: number, directory: number, events = fileMask): void {
  fanotifyMark(group, FAN_MARK_ADD | FAN_MARK_ONLYDIR, events | FAN_EVENT_ON_CHILD, directory, ".");
}

/** Listens for an open file (also O_PATH) being opened to be executed. @throws SystemError */
export function markProgram(group: number, program: number): void {
  fanotifyMark(group, FAN_MARK_ADD, mask.openExec, AT_FDCWD, `/proc/self/fd/${program}`);
}

const EAGAIN = 11;

/** Events waiting, into the buffer: bytes, 0 if there are none, -errno on failure (EINVAL: buffer below one event). */
export function readBatch(group: number, buffer: Uint8Array): number {
  const count = read(group, buffer, buffer.length);
  return count === -EAGAIN ? 0 : count;
}
