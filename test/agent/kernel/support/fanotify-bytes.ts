import type { FileNotice } from "../../../../agent/kernel/fanotify-parse.ts";

/** Types of a record with a handle (fanotify(7), linux/fanotify.h). */
export const record = { fid: 1, dfidName: 2, dfid: 3, oldDfidName: 10, newDfidName: 12 } as const;

/** An event as read(2) gives it: struct fanotify_event_metadata of 24 bytes, and its records. Little-endian. */
export function eventBytes(mask: number, pid: number, ...records: Buffer[]): Buffer {
  const metadata = Buffer.alloc(24);
  metadata.writeUInt32LE(24 + Buffer.concat(records).length, 0);
  metadata.writeUInt8(3, 4); // FANOTIFY_METADATA_VERSION
  metadata.writeUInt16LE(24, 6);
  metadata.writeBigUInt64LE(BigInt(mask), 8);
  metadata.writeInt32LE(-1, 16); // FAN_NOFD
  metadata.writeInt32LE(pid, 20);
  return Buffer.concat([metadata, ...records]);
}

/**
 * struct fanotify_event_info_fid: type, length, fsid, struct file_handle, and a name that ends in NUL.
 * @param handle handle_type and f_handle. Everything is a byte string.
 */
export function recordBytes(type: number, fsid: string, handle: string, name?: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(handle.length - 4);
  const parts = [Buffer.from(fsid, "latin1"), size, Buffer.from(handle, "latin1")];
  if (name !== undefined) parts.push(Buffer.from(`${name}\0`, "latin1"));
  const body = Buffer.concat(parts);
  // The kernel rounds up to four bytes (FANOTIFY_EVENT_ALIGN).
  const bytes = Buffer.alloc((4 + body.length + 3) & ~3);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16LE(bytes.length, 2);
  body.copy(bytes, 4);
  return bytes;
}

/** The bytes of a notice, as the kernel writes it. */
export function noticeBytes(notice: FileNotice): Buffer {
  const { fsid, directory, name, newDirectory, newName, target } = notice;
  const records: Buffer[] = [];
  if (newDirectory !== "") {
    if (directory !== "") records.push(recordBytes(record.oldDfidName, fsid, directory, name));
    records.push(recordBytes(record.newDfidName, fsid, newDirectory, newName));
  } else if (directory !== "") records.push(recordBytes(record.dfidName, fsid, directory, name));
  if (target !== "") records.push(recordBytes(record.fid, fsid, target));
  return eventBytes(notice.mask, notice.pid, ...records);
}
