import { readFileSync } from "node:fs";
import { statFields } from "../../../agent/process-stat.ts";

export interface Usage {
  /** CPU time, user and system, in seconds. */
  cpu: number;
  /** The most memory it ever held (VmHWM), in bytes. */
  memory: number;
}

const interval = 100; // milliseconds

/** Looks on while Isotrace's recorder works; `stop` gives what it used, as last seen: a moment before it ended. */
export function watchRecorder(supervisor: number): { stop(): Usage } {
  let recorder: number | undefined;
  let usage: Usage = { cpu: 0, memory: 0 };
  const look = () => {
    recorder ??= childrenOf(supervisor).find((pid) => read(pid, "cmdline").includes("/recorder/main."));
    const seen = recorder === undefined ? undefined : usageOf(recorder);
    if (seen !== undefined) usage = seen;
  };
  const timer = setInterval(look, interval);
  return {
    stop: () => {
      clearInterval(timer);
      return usage;
    },
  };
}

/** Undefined once the process has ended. */
export function usageOf(pid: number): Usage | undefined {
  const memory = /^VmHWM:\s+(\d+) kB$/m.exec(read(pid, "status"))?.[1];
  const stat = read(pid, "stat");
  // Fields 14 and 15, in ticks of 10 ms.
  const [user, system] = statFields(stat).slice(11, 13);
  if (memory === undefined || system === undefined) return undefined;
  return { cpu: (Number(user) + Number(system)) / 100, memory: Number(memory) * 1024 };
}

function childrenOf(pid: number): number[] {
  return read(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return ""; // it has ended
  }
}
