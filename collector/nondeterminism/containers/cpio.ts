import { type Container, slices } from "./container.ts";

/** A member of a cpio archive. The name is a byte string; offsets are from the start of the archive. */
export interface CpioEntry {
  readonly name: string;
  readonly header: number;
  readonly inode: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly data: number;
  readonly size: number;
}

const headerSize = 110;
const longestName = 4096;

/**
 * The "new" format, alone or several after one another as in an initramfs (Linux, Documentation/driver-api/early-userspace/
 * buffer-format.rst). What follows the last is a member of its own: there it is the compressed archive.
 */
export const cpio: Container = {
  name: "cpio",
  matches: isCpio,
  open: (content, budget) => slices(content, filesOf(content), budget),
};

export function isCpio(content: Buffer): boolean {
  return content.length >= headerSize && /^07070[12]$/.test(content.toString("latin1", 0, 6));
}

function* filesOf(content: Buffer): Generator<{ name: string; data: number; size: number }> {
  let end = 0;
  for (const entry of cpioEntries(content)) {
    end = entry.data + entry.size;
    if ((entry.mode & 0o170000) === 0o100000) yield entry;
  }
  const rest = afterPadding(content, end);
  if (rest < content.length) yield { name: "rest", data: rest, size: content.length - rest };
}

/** The members of all archives, their trailers among them, up to what is no header. */
export function* cpioEntries(content: Buffer): Generator<CpioEntry> {
  for (let at = 0; at + headerSize <= content.length; ) {
    const entry = entryAt(content, at);
    if (entry === undefined) return;
    yield entry;
    at = aligned(entry.data + entry.size);
    if (entry.name === trailer) at = afterPadding(content, at);
  }
}

const trailer = "TRAILER!!!";

function entryAt(content: Buffer, at: number): CpioEntry | undefined {
  const header = content.toString("latin1", at, at + headerSize);
  if (!/^07070[12][0-9A-Fa-f]{104}$/.test(header)) return undefined;
  const field = (index: number) => Number.parseInt(header.slice(6 + 8 * index, 14 + 8 * index), 16);
  const nameSize = field(11);
  if (nameSize === 0 || nameSize > longestName) return undefined;
  const name = content.toString("latin1", at + headerSize, at + headerSize + nameSize - 1);
  return {
    name,
    header: at,
    inode: field(0),
    mode: field(1),
    uid: field(2),
    gid: field(3),
    mtime: field(5),
    data: aligned(at + headerSize + nameSize),
    size: field(6),
  };
}

/** Archives are padded, mostly to blocks of 512 bytes. */
function afterPadding(content: Buffer, from: number): number {
  let at = from;
  while (at < content.length && content[at] === 0) at++;
  return at;
}

function aligned(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}

/** Whether an entry is the end of an archive and not a file. */
export function isTrailer({ name }: CpioEntry): boolean {
  return name === trailer;
}
