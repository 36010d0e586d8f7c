import { fstatSync, lstatSync, readdirSync } from "node:fs";
import { type HandleKey, handleAndMount, handleOf, openByHandle } from "./handles.ts";
import { close, O_DIRECTORY, O_NOFOLLOW, open, SystemError } from "./libc.ts";

// struct ovl_fh (fs/overlayfs/overlayfs.h, Linux 6.5): what an overlayfs's handle is made of, behind its type.
const OVL_FILEID_V1 = 0xf8;
const MAGIC = 0xfb;
const TYPE = 4;
const field = {
  magic: TYPE + 4,
  length: TYPE + 5,
  flags: TYPE + 6,
  type: TYPE + 7,
  handle: TYPE + 24,
} as const;
/** The length counts from `version`, three bytes behind the handle's type. */
const lengthFrom = TYPE + 3;
const PATH_UPPER = 4;

/**
 * The handle that an object of an overlayfs has in the layer that is written to; undefined for one that comes from a
 * layer below, for which the kernel gives that layer's.
 */
export function upperKey(key: HandleKey): HandleKey | undefined {
  const bytes = Buffer.from(key, "latin1");
  if (bytes.length < field.handle || bytes.readUInt32LE(0) !== OVL_FILEID_V1) return undefined;
  const end = lengthFrom + bytes[field.length]!;
  if (bytes[field.magic] !== MAGIC || end < field.handle || end > bytes.length) return undefined;
  if ((bytes[field.flags]! & PATH_UPPER) === 0) return undefined;
  const type = Buffer.alloc(TYPE);
  type.writeUInt32LE(bytes[field.type]!);
  return type.toString("latin1") + bytes.toString("latin1", field.handle, end);
}

/**
 * The directory of the upper layer that a directory of an overlayfs is, by way of any mount of that layer's file system: in
 * a container such a one is mostly there, if only for a single file (/etc/hosts). What happens in the one happens in the
 * other, by the same process. Undefined where it is not to be had, or where layers below have a part in the directory.
 * @param mounts those on file systems that can be the upper layer's, `point` as a byte string.
 * @throws SystemError
 */
export function openUpper<M extends { point: string }>(
  directory: string | Uint8Array,
  mounts: readonly M[],
): { fd: number; mount: M } | undefined {
  const merged = open(directory, O_DIRECTORY);
  try {
    const key = upperKey(handleOf("", merged));
    if (key === undefined) return undefined;
    for (const mount of mounts) {
      const fd = openOn(Buffer.from(mount.point, "latin1"), key);
      if (fd === undefined) continue;
      if (isSame(merged, fd) && isPure(merged, fd)) return { fd, mount };
      close(fd);
    }
    return undefined;
  } finally {
    close(merged);
  }
}

function openOn(mount: Uint8Array, key: HandleKey): number | undefined {
  const fd = openQuietly(mount);
  if (fd === undefined) return undefined;
  try {
    const upper = openByHandle(fd, key, O_DIRECTORY);
    return upper < 0 ? undefined : upper;
  } finally {
    close(fd);
  }
}

/** Undefined for what opening does something to (devices, pipes), what is not there, and what is not ours to open. */
function openQuietly(mount: Uint8Array): number | undefined {
  const stats = lstatSync(Buffer.from(mount), { throwIfNoEntry: false });
  if (!stats?.isDirectory() && !stats?.isFile()) return undefined;
  try {
    return open(mount, O_NOFOLLOW);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** Another file system can have an object with the same handle: not one that was made and changed at the same nanosecond. */
function isSame(merged: number, upper: number): boolean {
  const [a, b] = [fstatSync(merged, { bigint: true }), fstatSync(upper, { bigint: true })];
  const fields = ["mode", "uid", "gid", "mtimeNs", "ctimeNs", "birthtimeNs"] as const;
  return fields.every((name) => a[name] === b[name]);
}

/**
 * Whether no layer below has a part in the directory. The kernel gives a handle of the upper layer for directories that are
 * its alone, and for the overlayfs's top, whatever that is made of: so all that is in it is asked, too, and whether
 * what layers below had in it has been removed.
 */
function isPure(merged: number, upper: number): boolean {
  const names = readdirSync(`/proc/self/fd/${merged}`, { encoding: "buffer" });
  const above = readdirSync(`/proc/self/fd/${upper}`, { encoding: "buffer" });
  const own = handleAndMount("", merged).mount;
  const isUpper = (name: Uint8Array) => {
    const { key, mount } = handleAndMount(name, merged);
    return mount !== own || upperKey(key) !== undefined; // what is mounted here hides what is of the overlayfs
  };
  return names.length === above.length && names.every(isUpper);
}
