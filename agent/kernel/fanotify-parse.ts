import { mask as bits } from "./fanotify.ts";

/**
 * One event, in fields that the next one overwrites. Byte strings are latin1 strings, one character a byte.
 * A handle is `handle_type` (4 bytes) and `f_handle` of struct file_handle (name_to_handle_at(2)), "" if absent.
 */
export interface FileNotice {
  mask: number;
  /** Thread group id in the reader's pid namespace; 0 if it has none there. */
  pid: number;
  /** The file system: eight bytes as statfs(2) gives them in f_fsid. */
  fsid: string;
  /** Directory and name. A name of "." is the directory itself. For a rename, where it was. */
  directory: string;
  name: string;
  /** For a rename: where it is now. "" if that is outside the marked file system or directories. */
  newDirectory: string;
  newName: string;
  /** The object that was made, written, moved or removed. "" if the kernel gave none. */
  target: string;
}

export interface NoticeSink {
  notice(notice: FileNotice): void;
  /** The kernel dropped events (FAN_Q_OVERFLOW). */
  overflow(): void;
  /** Bytes that are not an event as fanotify(7) describes it; the rest of the batch is not looked at. */
  malformed(reason: string): void;
  /** An event had a record of a type not known here: the event is handed over without it. */
  unknownRecord(type: number): void;
}

const METADATA_SIZE = 24;
const FANOTIFY_METADATA_VERSION = 3;
const RECORD_HEADER = 4;
const FSID_SIZE = 8;
const HANDLE_HEADER = 8;
const MAX_HANDLE = 128;

const FID = 1;
const DFID_NAME = 2;
const DFID = 3;
const OLD_DFID_NAME = 10;
const NEW_DFID_NAME = 12;

/**
 * Takes batches of read(2) on a fanotify group apart. Reuses the strings of the event before: neighbours mostly share
 * file system and directory, and making a string is what costs here.
 */
export class NoticeParser {
  readonly #notice: FileNotice = {
    mask: 0,
    pid: 0,
    fsid: "",
    directory: "",
    name: "",
    newDirectory: "",
    newName: "",
    target: "",
  };
  #fsidLow = 0;
  #fsidHigh = 0;
  #fsid = "\0\0\0\0\0\0\0\0";
  #last = "";
  #lastBytes = Buffer.alloc(HANDLE_HEADER + MAX_HANDLE);
  #lastSize = -1;

  /**
   * Every event in the first `length` bytes, in order, but those of an inode whose count of links changed (fsnotify_link_count
   * in the kernel): a fifth of all, and they name nothing. Returns the number of events. Never throws of itself.
   */
  parse(buffer: Buffer, length: number, sink: NoticeSink): number {
    const end = Math.min(length, buffer.length);
    let count = 0;
    let at = 0;
    while (at < end) {
      if (end - at < METADATA_SIZE) {
        sink.malformed(`${end - at} bytes left, metadata has ${METADATA_SIZE}`);
        break;
      }
      const size = u32(buffer, at);
      const metadataSize = u16(buffer, at + 6);
      if (size > end - at || metadataSize < METADATA_SIZE || size < metadataSize) {
        sink.malformed(`event of ${size} bytes, metadata of ${metadataSize}, ${end - at} left`);
        break;
      }
      if (buffer[at + 4] !== FANOTIFY_METADATA_VERSION) {
        sink.malformed(`metadata version ${buffer[at + 4]}`);
        break;
      }
      count++;
      const mask = u32(buffer, at + 8);
      // Where a link went, the removal, or the rename over it, is an event of its own, with the name.
      const isLinkCount = mask === bits.attrib && isInodeAlone(buffer, at + metadataSize, at + size);
      if ((mask & bits.overflow) !== 0) sink.overflow();
      else if (!isLinkCount && this.#records(buffer, at + metadataSize, at + size, sink)) {
        this.#notice.mask = mask;
        this.#notice.pid = u32(buffer, at + 20);
        sink.notice(this.#notice);
      }
      at += size;
    }
    return count;
  }

  #records(buffer: Buffer, from: number, end: number, sink: NoticeSink): boolean {
    const notice = this.#notice;
    notice.fsid = "";
    notice.directory = "";
    notice.name = "";
    notice.newDirectory = "";
    notice.newName = "";
    notice.target = "";
    let at = from;
    while (at < end) {
      if (end - at < RECORD_HEADER) return refuse(sink, `${end - at} bytes left in an event`);
      const type = buffer[at]!;
      const size = u16(buffer, at + 2);
      if (size < RECORD_HEADER || size > end - at)
        return refuse(sink, `record of ${size} bytes, ${end - at} left`);
      if (
        type !== FID &&
        type !== DFID_NAME &&
        type !== DFID &&
        type !== OLD_DFID_NAME &&
        type !== NEW_DFID_NAME
      ) {
        sink.unknownRecord(type);
        at += size;
        continue;
      }
      const handle = at + RECORD_HEADER + FSID_SIZE;
      const recordEnd = at + size;
      if (handle + HANDLE_HEADER > recordEnd) return refuse(sink, `record type ${type} of ${size} bytes`);
      const handleBytes = u32(buffer, handle);
      if (handleBytes > MAX_HANDLE || handle + HANDLE_HEADER + handleBytes > recordEnd)
        return refuse(sink, `handle of ${handleBytes} bytes in a record of ${size}`);
      const nameAt = handle + HANDLE_HEADER + handleBytes;
      notice.fsid = this.#fsidAt(buffer, at + RECORD_HEADER);
      if (type === FID) {
        notice.target = buffer.toString("latin1", handle + 4, nameAt);
      } else if (type === NEW_DFID_NAME) {
        notice.newDirectory = this.#directoryAt(buffer, handle + 4, nameAt);
        notice.newName = nameIn(buffer, nameAt, recordEnd);
      } else {
        notice.directory = this.#directoryAt(buffer, handle + 4, nameAt);
        notice.name = type === DFID ? "." : nameIn(buffer, nameAt, recordEnd);
      }
      at += size;
    }
    return true;
  }

  #fsidAt(buffer: Buffer, at: number): string {
    const low = u32(buffer, at);
    const high = u32(buffer, at + 4);
    if (low !== this.#fsidLow || high !== this.#fsidHigh) {
      this.#fsidLow = low;
      this.#fsidHigh = high;
      this.#fsid = buffer.toString("latin1", at, at + FSID_SIZE);
    }
    return this.#fsid;
  }

  #directoryAt(buffer: Buffer, from: number, end: number): string {
    const size = end - from;
    if (size === this.#lastSize && sameBytes(buffer, from, this.#lastBytes, size)) return this.#last;
    for (let i = 0; i < size; i++) this.#lastBytes[i] = buffer[from + i]!;
    this.#lastSize = size;
    this.#last = buffer.toString("latin1", from, end);
    return this.#last;
  }
}

function refuse(sink: NoticeSink, reason: string): false {
  sink.malformed(reason);
  return false;
}

/** Whether an event has one record, of an object without a directory or name. */
function isInodeAlone(buffer: Buffer, from: number, end: number): boolean {
  return end - from >= RECORD_HEADER && buffer[from] === FID && from + u16(buffer, from + 2) === end;
}

/** NUL-terminated, padded to four bytes with NULs. */
function nameIn(buffer: Buffer, from: number, end: number): string {
  let to = from;
  while (to < end && buffer[to] !== 0) to++;
  return buffer.toString("latin1", from, to);
}

function sameBytes(a: Uint8Array, from: number, b: Uint8Array, size: number): boolean {
  for (let i = 0; i < size; i++) if (a[from + i] !== b[i]) return false;
  return true;
}

function u16(buffer: Uint8Array, at: number): number {
  return buffer[at]! | (buffer[at + 1]! << 8);
}

function u32(buffer: Uint8Array, at: number): number {
  return (buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24)) >>> 0;
}
