import type { Coverage } from "../../proto/events.ts";
import { openBtrfsTop } from "../kernel/btrfs.ts";
import { markFilesystem, mask, openFanotify } from "../kernel/fanotify.ts";
import { markMount, openFileGroup } from "../kernel/fanotify-files.ts";
import { BpfError, openProcessEvents } from "../kernel/libbpf.ts";
import { close, O_DIRECTORY, open, SystemError } from "../kernel/libc.ts";
import { mountOf, mounts } from "../mounts.ts";
import type { FileMode, InheritedFds } from "../recorder/protocol.ts";

export interface KernelHandles {
  fds: InheritedFds;
  files: FileMode;
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
      ring: processes.ring,
      losses: processes.losses,
      programs: processes.programs,
    },
    files: files.mode,
    coverage: [files.coverage, ...processes.coverage],
    close: () => {
      processes.close();
      for (const fd of [files.fanotify, files.openFiles]) if (fd >= 0) close(fd);
    },
  };
}

interface FileHandles {
  fanotify: number;
  openFiles: number;
  mode: FileMode;
  coverage: Coverage;
}

function openFiles(directory: string): FileHandles {
  let fanotify: number;
  try {
    fanotify = openFanotify();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return withoutFanotify(error.message);
  }
  try {
    markWhole(fanotify, directory);
    markPrograms(fanotify, directory);
    return {
      fanotify,
      openFiles: -1,
      mode: "filesystem",
      coverage: { probe: "files", state: "full", because: "" },
    };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const because = `${error.message}: each directory gets a mark of its own, so what comes into one before that is found, not seen`;
    const coverage: Coverage = { probe: "files", state: "partial", because };
    return { fanotify, openFiles: openMount(directory), mode: "directories", coverage };
  }
}

/**
 * Listens for programs being opened to be executed, on the other file systems that hold any: with that a process's
 * file events can be told from those of what it ran before. Where it is refused, such an event is said to be uncertain.
 */
function markPrograms(fanotify: number, directory: string): void {
  const done = new Set([mountOf(Buffer.from(directory).toString("latin1"))?.device]);
  for (const { point, device, type } of mounts()) {
    if (done.has(device) || !/^(ext[234]|xfs|btrfs|f2fs|tmpfs)$/.test(type)) continue;
    done.add(device);
    try {
      const top = open(Buffer.from(point, "latin1"), O_DIRECTORY);
      try {
        markFilesystem(fanotify, top, mask.openExec);
      } finally {
        close(top);
      }
    } catch (error) {
      if (!(error instanceof SystemError)) throw error; // not ours to see: programs there have no order
    }
  }
}

function withoutFanotify(reason: string): FileHandles {
  const because = `fanotify: ${reason}: files have times and paths, and no writers`;
  return {
    fanotify: -1,
    openFiles: -1,
    mode: "watch",
    coverage: { probe: "files", state: "partial", because },
  };
}

/** A group that tells of every file written on the mount that a directory is on. @throws SystemError */
function openMount(directory: string): number {
  const group = openFileGroup();
  const top = open(directory, O_DIRECTORY);
  try {
    markMount(group, top);
    return group;
  } finally {
    close(top);
  }
}

/** Marks the file system that a directory is on. @throws SystemError if that is refused. */
function markWhole(fanotify: number, directory: string): void {
  const mount = mountOf(Buffer.from(directory).toString("latin1"));
  const top = mount?.type === "btrfs" ? openBtrfsTop(mount.source) : open(directory, O_DIRECTORY);
  try {
    markFilesystem(fanotify, top);
  } finally {
    close(top);
  }
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
