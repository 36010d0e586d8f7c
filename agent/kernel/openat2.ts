import koffi from "koffi";
import { cPath, O_CLOEXEC, printable, resultOf, SystemError } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const call = libc.func(
  "int64_t syscall(int64_t number, int directory, const void *path, const void *how, size_t size)",
);

/** Number of openat2(2), Linux 5.6; glibc has no wrapper. The same on every architecture of Linux. */
const OPENAT2 = 437;

/** How a path may be resolved (openat2(2), RESOLVE_*). */
export const resolve = {
  noXdev: 0x01,
  noMagicLinks: 0x02,
  noSymlinks: 0x04,
  beneath: 0x08,
  inRoot: 0x10,
} as const;

/** openat2(2), always close-on-exec. @throws SystemError */
export function openat2(directory: number, path: Uint8Array, flags: number, resolution: number): number {
  const how = Buffer.alloc(24); // struct open_how: flags, mode, resolve
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(resolution), 16);
  const at = cPath(path);
  // Also where a rename came in between, and the kernel says so: then it asks to be asked again.
  const fd = resultOf(() => Number(call(OPENAT2, directory, at, how, how.length)));
  if (fd < 0) throw new SystemError("openat2", -fd, printable(path));
  return fd;
}
