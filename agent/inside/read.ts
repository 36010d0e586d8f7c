import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from "node:fs";

/** A file that was not read, and why: callers count it. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

export interface FilePart {
  /** From the offset asked for to the end, or as much as was allowed. */
  data: Buffer;
  stats: Stats;
}

/**
 * Opens a file for reading if it is a regular one: not a device, a fifo or a socket, which a hostile chroot may have put in
 * its place. For a process whose root is the chroot, so that symlinks lead nowhere else.
 * @returns undefined if it is not there.
 * @throws Unreadable
 */
export function openRegular(path: string): number | undefined {
  let fd: number | undefined;
  try {
    // Looked at first, since opening some devices has effects; and again when it is open, since it may be another by then.
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there === undefined) return undefined;
    if (!there.isFile() && !there.isSymbolicLink()) throw new Unreadable(`${path}: not a regular file`);
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!fstatSync(fd).isFile()) throw new Unreadable(`${path}: not a regular file`);
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (error instanceof Unreadable) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined; // removed meanwhile, or a symlink to nothing
    throw new Unreadable(`${path}: ${code ?? String(error)}`, { cause: error });
  }
}

/** What an open file holds from an offset on. @throws Unreadable if that is more than `most` bytes. */
export function readOpen(fd: number, subject: string, most: number, offset = 0): FilePart {
  const stats = fstatSync(fd);
  const size = Math.max(stats.size - offset, 0);
  if (size > most) throw new Unreadable(`${subject}: ${size} bytes; at most ${most} are read`);
  const data = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const count = readSync(fd, data, done, size - done, offset + done);
    if (count === 0) break; // it was made shorter meanwhile
    done += count;
  }
  return { data: data.subarray(0, done), stats };
}

/** A whole file, or undefined if it is not there. @throws Unreadable */
export function readRegular(path: string, most: number, offset = 0): FilePart | undefined {
  const fd = openRegular(path);
  if (fd === undefined) return undefined;
  try {
    return readOpen(fd, path, most, offset);
  } finally {
    closeSync(fd);
  }
}
