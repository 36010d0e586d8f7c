import koffi from "koffi";
import { cPath, O_CLOEXEC, O_NOFOLLOW, printable, SystemError } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const openat2 = libc.func(
  "int64_t syscall(int64_t number, int directory, const void *path, const void *how, size_t size)",
);

/** Number of openat2(2), Linux 5.6; glibc has no wrapper. The same on every architecture of Linux. */
const OPENAT2 = 437;
const RESOLVE_NO_XDEV = 0x01;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;

/**
 * Opens one entry of an open directory without following a symlink and without crossing a mount point, be it
 * a bind mount of the same file system: then the error's code is EXDEV. @throws SystemError
 */
export function openWithin(directory: number, name: Uint8Array, flags: number): number {
  const how = Buffer.alloc(24); // struct open_how: flags, mode, resolve
  how.writeBigUInt64LE(BigInt(flags | O_NOFOLLOW | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH), 16);
  const fd = Number(openat2(OPENAT2, directory, cPath(name), how, how.length));
  if (fd < 0) throw new SystemError("openat2", koffi.errno(), printable(name));
  return fd;
}
