import { closeSync, fstatSync, openSync } from "node:fs";
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { decodeEvents } from "./decoder.ts";
import type { EventEncoder } from "./encoder.ts";
import type { Event } from "./events.ts";
import { fileMagic } from "./file-magic.ts";
import { readAt } from "./read-at.ts";

/**
 * The frame of a recording: eight bytes `ISOTRACE`, then blocks. A block is a header of 24 bytes, little
 * endian (magic, sequence, compressed length, raw length, CRC-32 of the payload, CRC-32 of the 20 bytes
 * before), and a zstd frame (RFC 8878) of length-delimited messages. Each block stands for itself as to
 * texts, so one that is damaged loses its own events and no others.
 */
export { fileMagic };

const blockMagic = 0x424f5349; // "ISOB"
const headerLength = 24;
/** Of a block, compressed or not. A reader needs up to 40 times of it, where a block is made to have the smallest events. */
export const maximumBlock = 4 << 20;
/** How many damaged blocks are searched for others: in a file made for it, each of many could cost `maximumBlock`. */
const maximumSearches = 64;

/** Half the time of zstd's own choice, and a sixteenth more bytes. */
const quick = { [constants.ZSTD_c_compressionLevel]: 1 };

/** A block of events, ready to be appended. */
export function encodeBlock(encoder: EventEncoder, sequence: number): Buffer {
  const raw = encoder.finish();
  const payload = zstdCompressSync(raw, { params: quick, pledgedSrcSize: raw.length });
  const block = Buffer.allocUnsafe(headerLength + payload.length);
  block.writeUInt32LE(blockMagic, 0);
  block.writeUInt32LE(sequence, 4);
  block.writeUInt32LE(payload.length, 8);
  block.writeUInt32LE(raw.length, 12);
  block.writeUInt32LE(crc32(payload), 16);
  block.writeUInt32LE(crc32(block.subarray(0, 20)), 20);
  payload.copy(block, headerLength);
  return block;
}

export type Item =
  | { kind: "block"; sequence: number; offset: number; length: number; events: Iterable<Event> }
  | { kind: "damage"; offset: number; length: number; because: string };

/** The file is not a recording at all. */
export class NotARecording extends Error {
  override name = "NotARecording";
}

/**
 * Reads a recording front to back, block by block, in bounded memory. Damage (a cut, flipped bytes) is an
 * item, not an error: what is whole before and after it is delivered.
 * @throws NotARecording if the file does not begin as one.
 */
export function* readRecording(path: string): Generator<Item> {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    const start = readAt(fd, 0, Math.min(fileMagic.length, size));
    if (!start.equals(fileMagic)) {
      throw new NotARecording(
        `${path}: not a recording: it does not begin with "ISOTRACE"; give a recording.isotrace`,
      );
    }
    let offset = fileMagic.length;
    let searches = 0;
    while (offset < size) {
      const item = readItem(fd, offset, size, searches < maximumSearches);
      if (item.kind === "damage") searches++;
      yield item;
      offset += item.length;
    }
  } finally {
    closeSync(fd);
  }
}

/** Where the last whole block ends, and the next block's sequence number: a new recorder appends there. */
export function endOfRecording(path: string): { offset: number; sequence: number; lastTime: number } {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    // Only the last blocks are read: a recorder that takes over must be quick, and small.
    const offsets: number[] = [];
    for (let offset = fileMagic.length; offset < size; ) {
      const header = readAt(fd, offset, Math.min(headerLength, size - offset));
      if (headerFault(header) === undefined) offsets.push(offset);
      // A length that leads to no block is not believed: what is whole behind it must not be cut off.
      offset = afterDamage(fd, offset, size, true);
    }
    for (const offset of offsets.reverse()) {
      const item = readItem(fd, offset, size);
      if (item.kind === "damage") continue;
      let lastTime = 0;
      for (const event of item.events) lastTime = Math.max(lastTime, event.time);
      return { offset: offset + item.length, sequence: item.sequence + 1, lastTime };
    }
    return { offset: fileMagic.length, sequence: 0, lastTime: 0 };
  } finally {
    closeSync(fd);
  }
}

function readItem(fd: number, offset: number, size: number, search = true): Item {
  const header = readAt(fd, offset, Math.min(headerLength, size - offset));
  const damage = (because: string): Item => {
    return { kind: "damage", offset, length: afterDamage(fd, offset, size, search) - offset, because };
  };
  const fault = headerFault(header);
  if (fault !== undefined) return damage(fault);
  const length = headerLength + header.readUInt32LE(8);
  if (offset + length > size) return damage("the block is cut");
  const opened = openBlock(readAt(fd, offset, length));
  if (opened.kind === "damage") return damage(opened.because);
  return { ...opened, offset, length };
}

/** One whole block with its header, as it stands in a recording or comes from an agent. */
export function openBlock(
  block: Buffer,
): { kind: "block"; sequence: number; events: Event[] } | { kind: "damage"; because: string } {
  const damage = (because: string) => ({ kind: "damage" as const, because });
  const fault = headerFault(block.subarray(0, headerLength));
  if (fault !== undefined) return damage(fault);
  const payload = block.subarray(headerLength);
  if (payload.length !== block.readUInt32LE(8)) return damage("the block is not of the length that it says");
  if (crc32(payload) !== block.readUInt32LE(16)) return damage("checksum of the block differs");
  try {
    const rawLength = block.readUInt32LE(12);
    const raw = zstdDecompressSync(payload, { maxOutputLength: Math.max(rawLength, 1) });
    if (raw.length !== rawLength) return damage("the block has another length than it says");
    return { kind: "block", sequence: block.readUInt32LE(4), events: [...decodeEvents(raw)] };
  } catch (error) {
    return damage(`the block cannot be decoded: ${(error as Error).message}`);
  }
}

/** The whole length of the block that begins here, by its header; undefined if none does, or the header is not all there. */
export function blockLength(start: Buffer): number | undefined {
  const header = start.subarray(0, headerLength);
  return headerFault(header) === undefined ? headerLength + header.readUInt32LE(8) : undefined;
}

/**
 * Where reading goes on after what is damaged at `offset`: where its block says that it ends, if another begins
 * there or the file ends. Else its length is not believed, since blocks that are whole could stand within it, unless
 * `search` is false.
 */
function afterDamage(fd: number, offset: number, size: number, search: boolean): number {
  const header = readAt(fd, offset, Math.min(headerLength, size - offset));
  if (headerFault(header) === undefined) {
    const end = offset + headerLength + header.readUInt32LE(8);
    if (end === size || !search) return Math.min(end, size);
    const next = end < size ? readAt(fd, end, Math.min(headerLength, size - end)) : undefined;
    if (next !== undefined && headerFault(next) === undefined) return end;
  }
  return nextBlock(fd, offset + 1, size);
}

function headerFault(header: Buffer): string | undefined {
  if (header.length < headerLength) return "the last block is cut";
  if (header.readUInt32LE(0) !== blockMagic) return "no block begins here";
  if (crc32(header.subarray(0, 20)) !== header.readUInt32LE(20))
    return "checksum of the block header differs";
  if (header.readUInt32LE(8) > maximumBlock || header.readUInt32LE(12) > maximumBlock)
    return "the block is too large";
  return undefined;
}

/** The next offset at which a sound block header stands, or the end of the file. */
function nextBlock(fd: number, from: number, size: number): number {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(blockMagic);
  // Most often it is near; in a file made for it, each of many damaged places would cost a large step.
  let step = 4 << 10;
  for (let at = from; at < size; at += step, step = Math.min(2 * step, 1 << 20)) {
    const chunk = readAt(fd, at, Math.min(step + headerLength, size - at));
    for (let i = chunk.indexOf(magic); i >= 0 && i < step; i = chunk.indexOf(magic, i + 1)) {
      if (headerFault(chunk.subarray(i, i + headerLength)) === undefined) return at + i;
    }
  }
  return size;
}
