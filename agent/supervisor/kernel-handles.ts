import type { Coverage } from "../../proto/events.ts";
import { BpfError, openProcessEvents } from "../kernel/libbpf.ts";
import { close } from "../kernel/libc.ts";
import type { FileMode, InheritedFds } from "../recorder/protocol.ts";
import { openFiles, withoutFanotify } from "./file-handles.ts";

export interface KernelHandles {
  fds: InheritedFds;
  files: FileMode;
  programDevices: number[];
  coverage: Coverage[];
  close(): void;
}

export interface KernelOptions {
  /** Record what processes ask of their environment. */
  needs: boolean;
  /** Size of the ring of process events, in bytes. */
  ringBytes?: number | undefined;
  /** Do without fanotify. */
  watch?: boolean;
}

/**
 * Opens the kernel's two sources of events for a build directory. They are the supervisor's, so that no event is
 * lost while a recorder is replaced. Never throws for a source that is not to be had: `coverage` says what and why.
 */
export function openKernel(directory: string, options: KernelOptions): KernelHandles {
  const files = options.watch === true ? withoutFanotify("switched off") : openFiles(directory);
  const processes = openProcesses(options);
  return {
    fds: {
      fanotify: files.fanotify,
      openFiles: files.openFiles,
      upper: files.upper,
      ring: processes.ring,
      losses: processes.losses,
      programs: processes.programs,
    },
    files: files.mode,
    programDevices: files.programDevices,
    coverage: [files.coverage, ...processes.coverage],
    close: () => {
      processes.close();
      for (const fd of [files.fanotify, files.openFiles, files.upper]) if (fd >= 0) close(fd);
    },
  };
}

function openProcesses({ needs, ringBytes }: KernelOptions) {
  try {
    const opened = openProcessEvents({ needs, ...(ringBytes === undefined ? {} : { ringBytes }) });
    const coverage: Coverage[] = [
      { probe: "processes", state: "full", because: "" },
      {
        probe: "needs",
        state: needs ? "full" : "absent",
        because: needs ? "" : "switched off with --no-needs",
      },
    ];
    return {
      ring: opened.ringFd,
      losses: opened.lossesFd,
      programs: opened.programFds,
      coverage,
      close: () => opened.close(),
    };
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    const because = `${error.message}: writers are known by what /proc tells, and short-lived ones not at all`;
    const coverage: Coverage[] = [
      { probe: "processes", state: "absent", because },
      { probe: "needs", state: "absent", because: "it needs the process probe" },
    ];
    return { ring: -1, losses: -1, programs: [], coverage, close: () => {} };
  }
}
