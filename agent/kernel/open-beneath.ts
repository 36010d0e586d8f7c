import koffi from "koffi";
import { cPath, O_CLOEXEC, printable, SystemError } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const openat2 = libc.func(
  "int64_t syscall(int64_t number, int directory, const void *path, const void *how, size_t size)",
);

/** Number of openat2(2), Linux 5.6; glibc has no wrapper. The same on every architecture of Linux. */
const OPENAT2 = 437;
const RESOLVE_NO_XDEV = 0x01;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_BENEATH = 0x08;

/**
 * Opens what lies below an open directory. Symlinks are followed as long as they stay below it; where one leads out of
 * it, is absolute, or something is mounted on the way, the error's code is EXDEV. @throws SystemError
 */
export function openBeneath(directory: number, path: Uint8Array, flags: number): number {
  const how = Buffer.alloc(24); // struct open_how: flags, mode, resolve
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH), 16);
  const fd = Number(openat2(OPENAT2, directory, cPath(path), how, how.length));
  if (fd < 0) throw new SystemError("openat2", koffi.errno(), printable(path));
  return fd;
}
