import koffi from "koffi";
import { cPath, O_CLOEXEC, printable, SystemError } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const openat2 = libc.func(
  "int64_t syscall(int64_t number, int directory, const void *path, const void *how, size_t size)",
);

/** Number of openat2(2), Linux 5.6; glibc has no wrapper. The same on every architecture of Linux. */
const OPENAT2 = 437;
const RESOLVE_NO_MAGICLINKS = 0x02;
const AT_FDCWD = -100;

/**
 * Opens an absolute path for a process that has entered a root (`enterRoot`). Symlinks are followed, as they stay within
 * the root; the magic links of /proc are not (`/proc/1/root` leads out of every root): then the error's code is ELOOP.
 * @throws SystemError
 */
export function openInside(path: Uint8Array, flags: number): number {
  const how = Buffer.alloc(24); // struct open_how: flags, mode, resolve
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(RESOLVE_NO_MAGICLINKS), 16);
  const fd = Number(openat2(OPENAT2, AT_FDCWD, cPath(path), how, how.length));
  if (fd < 0) throw new SystemError("openat2", koffi.errno(), printable(path));
  return fd;
}
