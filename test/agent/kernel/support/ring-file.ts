import { closeSync, openSync, writeSync } from "node:fs";

export const busy = 0x80000000;
export const discarded = 0x40000000;
const page = 4096;

/** A record of a ring: its bytes, and the bits beside its length. */
export interface RingRecord {
  bytes: Uint8Array;
  flags: number;
}

/**
 * A file that is laid out as a BPF ring buffer is for mmap(2) (Documentation/bpf/ringbuf.rst): the reader's position in
 * a page, the writer's in the next, and then the data twice. It holds these records from a position on.
 * @returns its descriptor, and the position behind the last record.
 */
export function makeRingFile(path: string, size: number, from: number, records: RingRecord[]) {
  const data = Buffer.alloc(size);
  let position = from;
  for (const { bytes, flags } of records) {
    const header = Buffer.alloc(8);
    header.writeUInt32LE((flags | bytes.length) >>> 0);
    const record = Buffer.concat([header, bytes]);
    for (const [i, byte] of record.entries()) data[(position + i) % size] = byte;
    position += (record.length + 7) & ~7;
  }
  const positionPage = (value: number) => {
    const bytes = Buffer.alloc(page);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const fd = openSync(path, "w+");
  writeSync(fd, Buffer.concat([positionPage(from), positionPage(position), data, data]));
  return { fd, end: position, close: () => closeSync(fd) };
}
