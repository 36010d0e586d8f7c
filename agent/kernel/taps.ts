import koffi from "koffi";
import { close, failed, SystemError } from "./libc.ts";
import { tracepointIds } from "./tracefs.ts";
import { isKernelAtLeast } from "./version.ts";

const libc = koffi.load("libc.so.6");
const perfEventOpen = libc.func(
  "int64_t syscall(int64_t number, const void *attributes, int pid, int cpu, int group, uint64_t flags)",
);

/** The system calls that `tap` in isotrace.bpf.c looks at, by the names of their tracepoints. */
const tapped = [
  "open",
  "openat",
  "openat2",
  "mmap",
  "getrandom",
  "newuname",
  "sysinfo",
  "sched_getaffinity",
  "connect",
];

/**
 * A perf event of each tapped call, for a program to be attached to. One tracepoint of all calls tells the same, but runs the
 * program at each of them: a debootstrap makes millions, and eight of nine are none of these.
 * @returns descriptors, which are the caller's; none where tracefs or perf events are not to be had, and before Linux 6.7, which
 *   does not count the runs of such a program that it skips (kernel/trace/bpf_trace.c, trace_call_bpf): what is missed must be
 *   known.
 */
export function openTaps(): number[] {
  if (!isKernelAtLeast(6, 7)) return [];
  const fds: number[] = [];
  try {
    for (const id of tracepointIds(tapped.map((call) => `syscalls/sys_exit_${call}`)))
      fds.push(openTracepoint(id));
    return fds;
  } catch (error) {
    for (const fd of fds) close(fd);
    if (!(error instanceof SystemError)) throw error;
    return [];
  }
}

/** Number of perf_event_open(2) on x86-64, the one architecture of isotrace.bpf.o. */
const PERF_EVENT_OPEN = 298;
const PERF_TYPE_TRACEPOINT = 2;
const PERF_FLAG_FD_CLOEXEC = 8;

function openTracepoint(id: number): number {
  const attributes = Buffer.alloc(64); // struct perf_event_attr: u32 type, size, u64 config, ... (PERF_ATTR_SIZE_VER0)
  attributes.writeUInt32LE(PERF_TYPE_TRACEPOINT, 0);
  attributes.writeUInt32LE(attributes.length, 4);
  attributes.writeBigUInt64LE(BigInt(id), 8);
  // Of every process. The processor is one that is always there: an eBPF program of a tracepoint runs on all of them.
  const fd = Number(perfEventOpen(PERF_EVENT_OPEN, attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
  if (fd < 0) throw failed("perf_event_open", `tracepoint ${id}`);
  return fd;
}
