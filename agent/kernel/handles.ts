import { readlinkSync } from "node:fs";
import { AT_EMPTY_PATH, AT_FDCWD, nameToHandle, openByHandleAt, printable, SystemError } from "./libc.ts";

/**
 * File handles (name_to_handle_at(2)) as map keys: a latin1 string of handle_type and f_handle, as fanotify's events
 * carry them. A handle names an inode with its generation, also after renames; it holds within one file system.
 */
export type HandleKey = string;

const EOPNOTSUPP = 95;
const AT_HANDLE_FID = 0x200;
let preferred = 0;

const HEADER = 8;
const MAX_HANDLE = 128;

/** The handle of a path; with `directory`, a path relative to it. Symlinks are not followed. @throws SystemError */
export function handleOf(path: string | Uint8Array, directory = AT_FDCWD): HandleKey {
  return handleAndMount(path, directory).key;
}

/** The same, and the mount that it was reached through: another one than its directory's if it is a mount point. @throws SystemError */
export function handleAndMount(
  path: string | Uint8Array,
  directory = AT_FDCWD,
): { key: HandleKey; mount: number } {
  const handle = Buffer.alloc(HEADER + MAX_HANDLE);
  handle.writeUInt32LE(MAX_HANDLE);
  const flags = path.length === 0 ? AT_EMPTY_PATH : 0;
  let result = nameToHandle(directory, path, handle, mountId, flags | preferred);
  if (result === -EOPNOTSUPP && preferred === 0) {
    // overlayfs: handles that only tell objects apart, as fanotify's events there have them (Linux 6.5).
    result = nameToHandle(directory, path, handle, mountId, flags | AT_HANDLE_FID);
    if (result === 0) preferred = AT_HANDLE_FID;
  }
  if (result < 0)
    throw new SystemError(
      "name_to_handle_at",
      -result,
      path.length === 0 ? `fd ${directory}` : printable(path),
    );
  return { key: handle.toString("latin1", 4, HEADER + handle.readUInt32LE()), mount: mountId.readInt32LE() };
}
const mountId = Buffer.alloc(4);

/** Undefined if it was removed meanwhile, or is on a file system without handles (proc, sysfs): not part of the image. */
export function handleIfThere(path: Uint8Array): { key: HandleKey; mount: number } | undefined {
  try {
    return handleAndMount(path);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** The handle of an open file or directory. @throws SystemError */
export function handleOfFd(fd: number): HandleKey {
  return handleOf("", fd);
}

/**
 * Opens what the handle names; `mount` is any descriptor on that file system.
 * The result is a descriptor, or -errno: -ESTALE (-116) if the object is gone.
 */
export function openByHandle(mount: number, key: HandleKey, flags: number): number {
  if (key.length < 4 || key.length > 4 + MAX_HANDLE) return -22; // EINVAL
  const handle = Buffer.alloc(key.length + 4);
  handle.writeUInt32LE(key.length - 4);
  handle.write(key, 4, "latin1");
  return openByHandleAt(mount, handle, flags);
}

/**
 * Path of an open file as this process would name it; ends in " (deleted)" if it is gone. Undefined if it is longer
 * than a path can be (PATH_MAX).
 */
export function pathOfFd(fd: number): Buffer | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`, { encoding: "buffer" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENAMETOOLONG") return undefined;
    throw error;
  }
}
