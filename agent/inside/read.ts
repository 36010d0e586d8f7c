import { createHash } from "node:crypto";
import { closeSync, constants, type Dir, fstatSync, opendirSync, readSync, type Stats } from "node:fs";
import { readAt } from "../../proto/read-at.ts";
import { changeDirectory, O_DIRECTORY, O_PATH, SystemError } from "../kernel/libc.ts";
import { openInside } from "../kernel/open-inside.ts";
import { FileBytes } from "./bytes.ts";

/** A file that was not read, and why: callers count it. */
export class Unreadable extends Error {
  override readonly name: string = "Unreadable";
}

/** A device, a fifo, a socket or a directory in a file's place. */
export class NotRegular extends Unreadable {
  override readonly name = "NotRegular";
}

export interface FilePart {
  /** From the offset asked for to the end. */
  data: Buffer;
  stats: Stats;
}

/** Opens an absolute path. @throws SystemError */
export type Opener = (path: Uint8Array, flags: number) => number;

const portion = 1 << 20;
const O_NOATIME = 0o1000000;
const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a file for reading if it is a regular one: not a device, a fifo or a socket, which a hostile chroot may have put in
 * its place, be it behind a symlink.
 * @param path absolute, a byte string.
 * @param opener for a process whose root is the chroot if it is not given, so that symlinks lead nowhere else.
 * @returns undefined if it is not there.
 * @throws Unreadable
 */
export function openRegular(path: string, opener: Opener = openInside): number | undefined {
  // Looked at without opening it first, since opening some devices has effects; and again when it is open.
  const looked = attempt(path, O_PATH, opener);
  if (looked === undefined) return undefined;
  try {
    requireRegular(looked, path);
  } finally {
    closeSync(looked);
  }
  // Only the owner or root may leave the access time alone, and some file systems refuse it even so.
  const fd = attempt(path, reading | O_NOATIME, opener, "EPERM") ?? attempt(path, reading, opener);
  if (fd === undefined) return undefined;
  try {
    requireRegular(fd, path);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}

/** What an open file holds from an offset on. @throws Unreadable if that is more than `most` bytes. */
export function readOpen(fd: number, subject: string, most: number, offset = 0): FilePart {
  const stats = fstatSync(fd);
  const size = Math.max(stats.size - offset, 0);
  requireSize(size, subject, most);
  return { data: readAt(fd, offset, size), stats };
}

/** An open file, to be read here and there. @throws Unreadable if it has more than `most` bytes. */
export function openBytes(fd: number, subject: string, most: number): FileBytes {
  const { size } = fstatSync(fd);
  requireSize(size, subject, most);
  return new FileBytes(fd, size);
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

/** The first bytes of a file, `most` of them, and whether they are all; undefined if it is not there. @throws Unreadable */
export function readBeginning(
  path: string,
  most: number,
  opener?: Opener,
): { data: Buffer; isWhole: boolean } | undefined {
  const fd = openRegular(path, opener);
  if (fd === undefined) return undefined;
  try {
    const { size } = fstatSync(fd);
    return { data: readAt(fd, 0, Math.min(size, most)), isWhole: size <= most };
  } finally {
    closeSync(fd);
  }
}

/** Digest and size of a file, or undefined if it is not there. @throws Unreadable, also if it is larger than `most` bytes. */
export function digestRegular(path: string, most: number): { sha256: string; size: number } | undefined {
  const fd = openRegular(path);
  if (fd === undefined) return undefined;
  try {
    const hash = createHash("sha256");
    const data = Buffer.allocUnsafe(portion);
    let size = 0;
    for (let count = -1; count !== 0; size += count) {
      count = readSync(fd, data, 0, portion, size);
      hash.update(data.subarray(0, count));
      if (size + count > most) throw new Unreadable(`${path}: larger than ${most} bytes, which are digested`);
    }
    return { sha256: hash.digest("hex"), size };
  } finally {
    closeSync(fd);
  }
}

/** Names in a directory, and whether there are more than were asked for. */
export interface Names {
  /** Sorted byte strings. */
  names: string[];
  isCut: boolean;
}

/** Names in a directory, at most so many; none if it is not there. @throws Unreadable */
export function namesIn(path: string, most: number): Names {
  const fd = attempt(path, O_PATH | O_DIRECTORY, openInside);
  if (fd === undefined) return { names: [], isCut: false };
  let directory: Dir;
  try {
    // Read from within, as the path could be another by the time that it is resolved again.
    changeDirectory(fd);
    directory = openDirectory(".");
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(fd);
    process.chdir("/");
  }
  return namesOf(directory, most);
}

/** The same for a process that may not change its working directory, and that sees its own `/proc`. @throws Unreadable */
export function namesBy(opener: Opener, path: string, most: number): Names {
  const fd = attempt(path, constants.O_RDONLY | O_DIRECTORY, opener);
  if (fd === undefined) return { names: [], isCut: false };
  try {
    return namesOf(openDirectory(`/proc/self/fd/${fd}`), most);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(fd);
  }
}

function openDirectory(path: string): Dir {
  return opendirSync(path, { encoding: "latin1" as BufferEncoding });
}

function namesOf(directory: Dir, most: number): Names {
  const names: string[] = [];
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (names.length === most) return { names: names.sort(), isCut: true };
      names.push(entry.name);
    }
  } finally {
    directory.closeSync();
  }
  return { names: names.sort(), isCut: false };
}

function requireSize(size: number, subject: string, most: number): void {
  if (size > most) throw new Unreadable(`${subject}: ${size} bytes; at most ${most} are read`);
}

function requireRegular(fd: number, path: string): void {
  if (!fstatSync(fd).isFile()) throw new NotRegular(`${path}: not a regular file`);
}

/** A descriptor, or undefined if there is nothing, or only the error that the caller passes over. */
function attempt(path: string, flags: number, opener: Opener, passedOver = ""): number | undefined {
  try {
    return opener(Buffer.from(path, "latin1"), flags);
  } catch (error) {
    const code = error instanceof SystemError ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR" || code === passedOver) return undefined;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Unreadable {
  if (error instanceof Unreadable) return error;
  const code = (error as { code?: unknown }).code ?? String(error);
  return new Unreadable(`${path}: ${code}`, { cause: error });
}
