import type { Subject } from "../subject.ts";

/** What the recorder can see a process ask of its environment (agent/kernel/isotrace.bpf.c), as far as it is asked for here. */
export type Need =
  | "uname"
  | "sched_getaffinity"
  | "/proc/cpuinfo"
  | "/proc/meminfo"
  | "/proc/uptime"
  | "/proc/version"
  | "/proc/sys/kernel/hostname"
  | "/proc/sys/kernel/osrelease"
  | "/etc/hostname"
  | "/etc/machine-id"
  | "/etc/timezone";

/** Whether one of those who took part in a file asked for one of these. */
export function asked({ family }: Subject, needs: readonly Need[]): boolean {
  return family.some((relative) =>
    relative.needs.some(({ what }) => (needs as readonly string[]).includes(what)),
  );
}
