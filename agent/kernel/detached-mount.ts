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
 * A descriptor of the root of a file system that is mounted at no directory (fsopen(2), fsmount(2), Linux 5.2): nobody sees
 * the mount, and it is gone with the descriptor.
 * @throws SystemError
 */
export function openDetachedMount(type: string, settings: Readonly<Record<string, string>> = {}): number {
  const what = [type, ...Object.entries(settings).map(([key, value]) => `${key}=${value}`)].join(" ");
  const context = Number(fsopen(FSOPEN, cPath(type), CLOEXEC));
  if (context < 0) throw failed("fsopen", type);
  try {
    for (const [key, value] of Object.entries(settings)) {
      if (Number(fsconfig(FSCONFIG, context, FSCONFIG_SET_STRING, cPath(key), cPath(value), 0)) < 0)
        throw failed("fsconfig", `${type} ${key}=${value}`);
    }
    if (Number(fsconfig(FSCONFIG, context, FSCONFIG_CMD_CREATE, null, null, 0)) < 0)
      throw failed("fsconfig", what);
    const root = Number(fsmount(FSMOUNT, context, CLOEXEC, 0n));
    if (root < 0) throw failed("fsmount", what);
    return root;
  } finally {
    close(context);
  }
}
