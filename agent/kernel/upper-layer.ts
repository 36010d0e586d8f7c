import { fstatSync, lstatSync, readdirSync } from "node:fs";
import { type HandleKey, handleAndMount, handleOf, openByHandle } from "./handles.ts";
import { close, O_DIRECTORY, O_NOFOLLOW, open, SystemError } from "./libc.ts";
import { openWithin } from "./open-within.ts";

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

/** A mount as far as it matters here (agent/mounts.ts). */
interface Mount {
  point: string;
  root: string;
  type: string;
}

/**
 * The directory of the upper layer that a directory of an overlayfs is, by way of any mount of that layer's file system: in
 * a container such a one is mostly there, if only for a single file (/etc/hosts). What happens in the one happens in the
 * other, by the same process. Undefined where it is not to be had, or where layers below have a part in what is in it.
 * @param own the mount that the directory is on.
 * @param mounts those on file systems that can be the upper layer's. Paths of mounts are byte strings.
 * @throws SystemError
 */
export function openUpper<M extends Mount>(
  directory: string,
  own: Mount | undefined,
  mounts: readonly M[],
): { fd: number; mount: M } | undefined {
  const merged = open(directory, O_DIRECTORY);
  try {
    const way = wayTo(merged, Buffer.from(directory), own);
    if (way === undefined) return undefined;
    for (const mount of mounts) {
      const fd = openOn(Buffer.from(mount.point, "latin1"), way);
      if (fd === undefined) continue;
      if (isSame(merged, fd) && isPure(merged, fd)) return { fd, mount };
      close(fd);
    }
    return undefined;
  } finally {
    close(merged);
  }
}

interface Way {
  key: HandleKey;
  /** From there on. */
  path: Buffer;
}

/** By its own handle; for a directory that layers below have, too (an image's WORKDIR), by that of the overlayfs's top. */
function wayTo(merged: number, directory: Buffer, own: Mount | undefined): Way | undefined {
  const key = upperKey(handleOf("", merged));
  if (key !== undefined) return { key, path: Buffer.alloc(0) };
  if (own?.type !== "overlay" || own.root !== "/") return undefined;
  const point = Buffer.from(own.point, "latin1");
  const top = upperKey(handleOf(point));
  const path = directory.subarray(own.point === "/" ? 1 : point.length + 1);
  return top === undefined || path.length === 0 ? undefined : { key: top, path };
}

function openOn(mount: Uint8Array, { key, path }: Way): number | undefined {
  const fd = openQuietly(mount);
  if (fd === undefined) return undefined;
  try {
    const start = openByHandle(fd, key, O_DIRECTORY);
    if (start < 0) return undefined;
    if (path.length === 0) return start;
    try {
      return openWithin(start, path, O_DIRECTORY);
    } catch (error) {
      if (error instanceof SystemError) return undefined; // nothing of it has been written yet
      throw error;
    } finally {
      close(start);
    }
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
 * Whether no layer below has a part in what is in the directory, as where that is its top, or is there too: all that is in
 * it must be the upper layer's alone, and nothing of other layers may have been removed, which leaves a sign.
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
