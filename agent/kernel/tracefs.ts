import { readFileSync } from "node:fs";
import { openDetachedMount } from "./detached-mount.ts";
import { close, open } from "./libc.ts";

/**
 * The numbers of tracepoints, as perf_event_open(2) takes them, by their names ("syscalls/sys_exit_uname"). They stand in
 * tracefs, which need not be mounted for this.
 * @throws SystemError where tracefs may not be mounted, or has no such tracepoint
 */
export function tracepointIds(names: readonly string[]): number[] {
  const root = openDetachedMount("tracefs");
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
