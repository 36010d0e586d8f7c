import { inflateRawSync } from "node:zlib";
import type { Budget } from "./budget.ts";
import { compressed } from "./compressed.ts";
import { type Container, exhausted, type Member, unexamined } from "./container.ts";

/** An entry of a zip archive. The name is a byte string; offsets are from the start of the archive. */
export interface ZipEntry {
  readonly name: string;
  /** Of the entry in the central directory, or of the local header where that is cut off. */
  readonly header: number;
  /** Where the 16-bit time and then the date of MS-DOS stand, two seconds exact, local time. */
  readonly timeAt: number;
  readonly extra: number;
  readonly extraSize: number;
  readonly method: number;
  readonly local: number;
  /** Compressed. */
  readonly size: number;
}

const localMagic = 0x04034b50;
const centralMagic = 0x02014b50;
const endMagic = 0x06054b50;

/** PKWARE's APPNOTE 6.3, without encryption and 64-bit sizes: zip, jar and what is built on them. */
export const zip: Container = {
  name: "zip",
  matches: isZip,
  open,
};

export function isZip(content: Buffer): boolean {
  return content.length >= 30 && content.readUInt32LE(0) === localMagic;
}

function* open(content: Buffer, budget: Budget): Generator<Member> {
  for (const entry of zipEntries(content)) {
    if (entry.size === 0) continue;
    if (budget.room === 0) {
      yield unexamined(entry.name, exhausted);
      return;
    }
    yield* memberOf(content, entry, budget);
  }
}

function* memberOf(content: Buffer, entry: ZipEntry, budget: Budget): Generator<Member> {
  const { name, local, size, method } = entry;
  if (local + 30 > content.length || content.readUInt32LE(local) !== localMagic) {
    yield unexamined(name, "its header is not where the archive says");
    return;
  }
  const start = local + 30 + content.readUInt16LE(local + 26) + content.readUInt16LE(local + 28);
  const data = content.subarray(start, start + size);
  const isCut = data.length < size;
  if (method === 8) yield* compressed(name, data, budget, inflate);
  else if (method === 0) {
    const slice = data.subarray(0, budget.room);
    budget.take(slice.length);
    yield { name, data: slice, isCut: isCut || slice.length < size, problem: "" };
  } else yield unexamined(name, `its compression method ${method} is not known`);
}

function inflate(data: Buffer, room: number): Buffer {
  return inflateRawSync(data, { maxOutputLength: room });
}

/** The entries of the central directory, or of the local headers if the archive's end is cut off. */
export function zipEntries(content: Buffer): Iterable<ZipEntry> {
  const end = endOf(content);
  return end === undefined ? localEntries(content) : centralEntries(content, end);
}

/** Where the central directory begins. A comment of up to 65,535 bytes may follow its end record. */
function endOf(content: Buffer): number | undefined {
  for (let at = content.length - 22; at >= 0 && at >= content.length - 22 - 0xffff; at--) {
    if (content.readUInt32LE(at) === endMagic) return content.readUInt32LE(at + 16);
  }
  return undefined;
}

function* centralEntries(content: Buffer, start: number): Generator<ZipEntry> {
  for (let at = start; at + 46 <= content.length && content.readUInt32LE(at) === centralMagic; ) {
    const nameSize = content.readUInt16LE(at + 28);
    const extraSize = content.readUInt16LE(at + 30);
    yield {
      name: content.toString("latin1", at + 46, at + 46 + nameSize),
      header: at,
      timeAt: at + 12,
      extra: at + 46 + nameSize,
      extraSize,
      method: content.readUInt16LE(at + 10),
      local: content.readUInt32LE(at + 42),
      size: content.readUInt32LE(at + 20),
    };
    at += 46 + nameSize + extraSize + content.readUInt16LE(at + 32);
  }
}

function* localEntries(content: Buffer): Generator<ZipEntry> {
  for (let at = 0; at + 30 <= content.length && content.readUInt32LE(at) === localMagic; ) {
    const nameSize = content.readUInt16LE(at + 26);
    const extraSize = content.readUInt16LE(at + 28);
    const size = content.readUInt32LE(at + 18);
    yield {
      name: content.toString("latin1", at + 30, at + 30 + nameSize),
      header: at,
      timeAt: at + 10,
      extra: at + 30 + nameSize,
      extraSize,
      method: content.readUInt16LE(at + 8),
      local: at,
      size,
    };
    // Its size may stand behind the data only (flag 3): the next header cannot be found.
    if ((content.readUInt16LE(at + 6) & 8) !== 0 && size === 0) return;
    at += 30 + nameSize + extraSize + size;
  }
}
