import koffi from "koffi";
import { close, cPath, failed } from "./libc.ts";

const libc = koffi.load("libc.so.6");
// By number, the same on every architecture, since glibc has these calls only from 2.36 on.
const fsopen = libc.func("int64_t syscall(int64_t number, const void *type, uint64_t flags)");
const fsconfig = libc.func(
  "int64_t syscall(int64_t number, int64_t fd, uint64_t command, const void *key, const void *value, int64_t aux)",
);
const fsmount = libc.func("int64_t syscall(int64_t number, int64_t fd, uint64_t flags, uint64_t attributes)");
const FSOPEN = 430n;
const FSCONFIG = 431n;
const FSMOUNT = 432n;
const CLOEXEC = 1n;
const FSCONFIG_SET_STRING = 1n;
const FSCONFIG_CMD_CREATE = 6n;

/**
 * A descriptor of a btrfs's top, above all of its subvolumes: a mark on the file system is refused on a subvolume
 * (fanotify_mark(2), EXDEV) and taken there, and then covers the subvolumes too. It is a mount that is attached to
 * no directory (fsmount(2), Linux 5.2): nobody sees it, and it is gone with the descriptor.
 * @param device the block device, as /proc/self/mountinfo names it.
 * @throws SystemError
 */
export function openBtrfsTop(device: string): number {
  const context = Number(fsopen(FSOPEN, cPath("btrfs"), CLOEXEC));
  if (context < 0) throw failed("fsopen", "btrfs");
  try {
    for (const [key, value] of [
      ["source", device],
      ["subvolid", "5"],
    ] as const) {
      if (Number(fsconfig(FSCONFIG, context, FSCONFIG_SET_STRING, cPath(key), cPath(value), 0)) < 0)
        throw failed("fsconfig", `btrfs ${key}=${value}`);
    }
    if (Number(fsconfig(FSCONFIG, context, FSCONFIG_CMD_CREATE, null, null, 0)) < 0)
      throw failed("fsconfig", `btrfs on ${device}`);
    const top = Number(fsmount(FSMOUNT, context, CLOEXEC, 0n));
    if (top < 0) throw failed("fsmount", `btrfs on ${device}`);
    return top;
  } finally {
    close(context);
  }
}
