import { readFileSync } from "node:fs";
import { availableParallelism, cpus, hostname, machine, release, userInfo, version } from "node:os";
import type { Host } from "../../proto/events.ts";
import { fileSystemName } from "../kernel/file-system.ts";

/** What of this machine can find its way into an image: nondeterminism is looked for by these values. */
export function hostFacts(directory: string): Host {
  return {
    name: hostname(),
    kernel: release(),
    kernelVersion: version(),
    machine: machine(),
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? "",
    timezone: timezone(),
    user: userInfo().username,
    filesystem: fileSystemName(directory),
  };
}

function timezone(): string {
  try {
    return readFileSync("/etc/timezone", "utf8").trim();
  } catch {
    // Not every system has that file: what the C library makes of /etc/localtime says it as well.
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}
