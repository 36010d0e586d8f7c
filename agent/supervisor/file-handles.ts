import type { Coverage } from "../../proto/events.ts";
import { openBtrfsTop } from "../kernel/btrfs.ts";
import { markFilesystem, mask, openFanotify } from "../kernel/fanotify.ts";
import { markOpenFiles, openFileGroup } from "../kernel/fanotify-files.ts";
import { close, O_DIRECTORY, open, SystemError } from "../kernel/libc.ts";
import { openUpper } from "../kernel/upper-layer.ts";
import { deviceOf, type Mount, mountOf, mounts } from "../mounts.ts";
import type { FileMode } from "../recorder/protocol.ts";

/** The kernel's sources of file events. Descriptors are -1 for what there is not. */
export interface FileHandles {
  fanotify: number;
  openFiles: number;
  upper: number;
  mode: FileMode;
  /** File systems whose programs are told of when they are opened to be executed, as stat(2) numbers them. */
  programDevices: number[];
  coverage: Coverage;
}

/** Listens to the file system that the build directory is on, or to as much of it as the kernel allows. */
export function openFiles(directory: string): FileHandles {
  let fanotify: number;
  try {
    fanotify = openFanotify();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return withoutFanotify(error.message);
  }
  const own = mountOf(Buffer.from(directory).toString("latin1"));
  try {
    withDirectory(directory, (fd) => markWhole(fanotify, own, fd));
    const programDevices = markPrograms(fanotify, own);
    const coverage: Coverage = { probe: "files", state: "full", because: "" };
    return { fanotify, openFiles: -1, upper: -1, mode: "filesystem", programDevices, coverage };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return withoutWholeMark(fanotify, directory, own, error.message);
  }
}

/** Where the kernel refuses a mark on all of the build directory's file system. */
function withoutWholeMark(
  fanotify: number,
  directory: string,
  own: Mount | undefined,
  refusal: string,
): FileHandles {
  const upper = markUpper(fanotify, directory, own);
  let openFiles: number;
  try {
    openFiles = openWritten(directory, upper === undefined ? mask.closeWrite : mask.closeWrite | mask.modify);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    // The first group alone would tell of names and not of what is written: less than watching finds.
    close(fanotify);
    if (upper !== undefined) close(upper.fd);
    return withoutFanotify(error.message);
  }
  const programDevices = markPrograms(fanotify, upper?.mount);
  if (upper !== undefined) {
    const coverage: Coverage = { probe: "files", state: "full", because: "" };
    return { fanotify, openFiles, upper: upper.fd, mode: "upper", programDevices, coverage };
  }
  const because = `${refusal}${withoutUpper(own)}: each directory gets a mark of its own, so what comes into one before that is found, not seen`;
  return {
    fanotify,
    openFiles,
    upper: -1,
    mode: "directories",
    programDevices,
    coverage: { probe: "files", state: "partial", because },
  };
}

/** On an overlayfs: what else would have done. */
function withoutUpper(own: Mount | undefined): string {
  if (own?.type !== "overlay") return "";
  return ", and its upper layer is out of reach (no file system that is mounted here holds it, or CAP_DAC_READ_SEARCH is missing) or layers below have files in the build directory";
}

/** No file events: the recorder watches by other means. */
export function withoutFanotify(reason: string): FileHandles {
  const because = `fanotify: ${reason}: files have times and paths, and no writers`;
  return {
    fanotify: -1,
    openFiles: -1,
    upper: -1,
    mode: "watch",
    programDevices: [],
    coverage: { probe: "files", state: "partial", because },
  };
}

/** File systems that hold files of builds, and programs. */
const ordinary = /^(ext[234]|xfs|btrfs|f2fs|tmpfs)$/;

/** Marks the file system that a directory is on. @throws SystemError if that is refused. */
function markWhole(fanotify: number, mount: Mount | undefined, directory: number): void {
  if (mount?.type !== "btrfs") {
    markFilesystem(fanotify, directory);
    return;
  }
  const top = openBtrfsTop(mount.source);
  try {
    markFilesystem(fanotify, top);
  } finally {
    close(top);
  }
}

/**
 * Marks the file system below an overlayfs, which the build directory's files go to in truth.
 * @returns the directory there; undefined if it is not to be had: then a mark on each directory will do.
 */
function markUpper(
  fanotify: number,
  directory: string,
  own: Mount | undefined,
): { fd: number; mount: Mount } | undefined {
  let found: { fd: number; mount: Mount } | undefined;
  try {
    found = openUpper(
      directory,
      own,
      mounts().filter(({ type }) => ordinary.test(type)),
    );
    if (found !== undefined) markWhole(fanotify, found.mount, found.fd);
    return found;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (found !== undefined) close(found.fd);
    return undefined;
  }
}

/**
 * Listens for programs being opened to be executed, on the other file systems that hold any: with that a process's
 * file events can be told from those of what it ran before. @param whole a mount whose file system is marked already
 */
function markPrograms(fanotify: number, whole: Mount | undefined): number[] {
  const done = new Set(whole === undefined ? [] : [whole.device]);
  for (const { point, device, type } of mounts()) {
    if (done.has(device) || !ordinary.test(type)) continue;
    try {
      withDirectory(Buffer.from(point, "latin1"), (top) => markFilesystem(fanotify, top, mask.openExec));
      done.add(device);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error; // its programs get marks of their own (programs.ts)
    }
  }
  return [...done].map(deviceOf);
}

/** A group that tells of every file written on the file system that a directory is on. @throws SystemError */
function openWritten(directory: string, events: number): number {
  const group = openFileGroup();
  try {
    withDirectory(directory, (top) => markOpenFiles(group, top, events));
  } catch (error) {
    close(group);
    throw error;
  }
  return group;
}

function withDirectory(path: string | Uint8Array, use: (fd: number) => void): void {
  const fd = open(path, O_DIRECTORY);
  try {
    use(fd);
  } finally {
    close(fd);
  }
}
