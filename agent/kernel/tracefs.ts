import { readFileSync } from "node:fs";
import koffi from "koffi";
import { close, failed, open } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const fsopen = libc.func("int64_t syscall(int64_t number, const char *type, uint32_t flags)");
const fsconfig = libc.func(
  "int64_t syscall(int64_t number, int context, uint32_t command, const void *key, const void *value, int aux)",
);
const fsmount = libc.func(
  "int64_t syscall(int64_t number, int context, uint32_t flags, uint32_t attributes)",
);

// fsopen(2), fsconfig(2), fsmount(2): Linux 5.2; the same numbers on every architecture. Debian 12's glibc has wrappers, older ones none.
const FSOPEN = 430;
const FSCONFIG = 431;
const FSMOUNT = 432;
const CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
/** MOUNT_ATTR_RDONLY, NOSUID, NODEV, NOEXEC. */
const readOnly = 0xf;

/**
 * The numbers of tracepoints, as perf_event_open(2) takes them, by their names ("syscalls/sys_exit_uname"). They stand in
 * tracefs, which is mounted for this at no place at all: nobody sees it, and it is gone when this returns.
 * @throws SystemError where tracefs may not be mounted, or has no such tracepoint
 */
export function tracepointIds(names: readonly string[]): number[] {
  const root = mountNowhere("tracefs");
  try {
    return names.map((name) => {
      const fd = open(`events/${name}/id`, 0, root);
      try {
        return Number(readFileSync(fd, "latin1"));
      } finally {
        close(fd);
      }
    });
  } finally {
    close(root);
  }
}

function mountNowhere(type: string): number {
  const context = Number(fsopen(FSOPEN, type, CLOEXEC));
  if (context < 0) throw failed("fsopen", type);
  try {
    if (Number(fsconfig(FSCONFIG, context, FSCONFIG_CMD_CREATE, null, null, 0)) < 0)
      throw failed("fsconfig", type);
    const root = Number(fsmount(FSMOUNT, context, CLOEXEC, readOnly));
    if (root < 0) throw failed("fsmount", type);
    return root;
  } finally {
    close(context);
  }
}
