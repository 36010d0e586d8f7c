import { mask } from "./fanotify.ts";
import { fanotifyInit, fanotifyMark, read } from "./libc.ts";

const FAN_CLOEXEC = 0x1;
const FAN_NONBLOCK = 0x2;
const FAN_UNLIMITED_QUEUE = 0x10;
const O_LARGEFILE = 0o100000;
const O_NOATIME = 0o1000000;
const FAN_MARK_ADD = 0x1;
const FAN_MARK_FILESYSTEM = 0x100;
const METADATA_SIZE = 24;
const FANOTIFY_METADATA_VERSION = 3;
const FAN_NOFD = -1;
const EAGAIN = 11;

/**
 * A group whose events carry an open file instead of handles (fanotify(7)): such a group can mark any file system,
 * overlayfs too, and so sees every file that is written there, through whatever mount, in directories without a mark as
 * well. Devices and pipes are not told of. @throws SystemError
 */
export function openFileGroup(): number {
  return fanotifyInit(FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE, O_LARGEFILE | O_NOATIME);
}

/** Listens to files on the file system that a directory is on, by default to those that were open for writing and are closed. @throws SystemError */
export function markOpenFiles(group: number, directory: number, events: number = mask.closeWrite): void {
  fanotifyMark(group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, events, directory, ".");
}

export interface OpenFileSink {
  /** The file is the sink's to close. */
  file(bits: number, pid: number, fd: number): void;
  overflow(): void;
  malformed(reason: string): void;
}

/** Events waiting, each with its file. Returns how many there were, or -errno: -EMFILE if too many files are open. */
export function readOpenFiles(group: number, buffer: Buffer, sink: OpenFileSink): number {
  const length = read(group, buffer, buffer.length);
  if (length < 0) return length === -EAGAIN ? 0 : length;
  let count = 0;
  for (let at = 0; at < length; count++) {
    const left = length - at;
    const size = left < METADATA_SIZE ? 0 : buffer.readUInt32LE(at);
    if (size < METADATA_SIZE || size > left) {
      sink.malformed(`event of ${size} bytes, ${left} left`);
      break;
    }
    if (buffer[at + 4] !== FANOTIFY_METADATA_VERSION) {
      sink.malformed(`metadata version ${buffer[at + 4]}`);
      break;
    }
    const bits = buffer.readUInt32LE(at + 8);
    const fd = buffer.readInt32LE(at + 16);
    if ((bits & mask.overflow) !== 0) sink.overflow();
    else if (fd === FAN_NOFD) sink.malformed("event without its file");
    else sink.file(bits, buffer.readInt32LE(at + 20), fd);
    at += size;
  }
  return count;
}
