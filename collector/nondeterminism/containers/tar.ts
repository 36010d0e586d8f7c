import { type Container, slices } from "./container.ts";

/** A member of a tar archive. Names are byte strings; offsets are from the start of the archive. */
export interface TarEntry {
  readonly name: string;
  readonly header: number;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, with a fraction if an extended header has one; and where it stands. */
  readonly mtime: number;
  readonly mtimeAt: number;
  readonly owner: string;
  readonly group: string;
  readonly data: number;
  readonly size: number;
}

const block = 512;

/** POSIX ustar and pax, and GNU's long names (tar(5), POSIX.1-2017 pax). */
export const tar: Container = {
  name: "tar",
  matches: isTar,
  open: (content, budget) => slices(content, filesOf(content), budget),
};

/** Whether content begins with a header, told by its checksum: the oldest archives have no magic. */
export function isTar(content: Buffer): boolean {
  return content.length >= block && hasChecksum(content, 0);
}

function* filesOf(content: Buffer): Generator<TarEntry> {
  for (const entry of tarEntries(content)) if (/^[07S\0]$/.test(entry.type)) yield entry;
}

/** The members in their order, up to the first header that is none. */
export function* tarEntries(content: Buffer): Generator<TarEntry> {
  let extended: Extended = {};
  for (let at = 0; at + block <= content.length && hasChecksum(content, at); ) {
    const entry = entryAt(content, at, extended);
    const end = entry.data + entry.size;
    if (entry.type === "x") extended = { ...extended, ...paxOf(content, entry) };
    else if (entry.type === "L")
      extended = { ...extended, name: textAt(content, entry.data, Math.min(entry.size, 4096)) };
    else if (entry.type !== "g" && entry.type !== "K") {
      yield entry;
      extended = {};
    }
    at = Math.ceil(end / block) * block;
  }
}

interface Extended {
  readonly name?: string;
  readonly mtime?: number;
  readonly mtimeAt?: number;
  readonly size?: number;
}

function entryAt(content: Buffer, at: number, extended: Extended): TarEntry {
  const prefix =
    content.toString("latin1", at + 257, at + 262) === "ustar" ? textAt(content, at + 345, 155) : "";
  const name = textAt(content, at, 100);
  const type = String.fromCharCode(content[at + 156]!);
  const isMeta = /[xgLK]/.test(type);
  const size = (isMeta ? undefined : extended.size) ?? numberAt(content, at + 124, 12);
  return {
    name: (isMeta ? undefined : extended.name) ?? (prefix === "" ? name : `${prefix}/${name}`),
    header: at,
    type,
    mode: numberAt(content, at + 100, 8) & 0o7777,
    uid: numberAt(content, at + 108, 8),
    gid: numberAt(content, at + 116, 8),
    mtime: extended.mtime ?? numberAt(content, at + 136, 12),
    mtimeAt: extended.mtimeAt ?? at + 136,
    owner: textAt(content, at + 265, 32),
    group: textAt(content, at + 297, 32),
    data: at + block,
    // Links and directories have no data, whatever the header says.
    size: /[1-6]/.test(type) ? 0 : size,
  };
}

/** Records `LENGTH KEY=VALUE\n`. */
function paxOf(content: Buffer, { data, size }: TarEntry): Extended {
  const end = Math.min(data + size, content.length, data + 65536);
  const found: { name?: string; mtime?: number; mtimeAt?: number; size?: number } = {};
  for (let at = data; at < end; ) {
    const head = /^(\d{1,6}) ([^=]{1,200})=/.exec(content.toString("latin1", at, Math.min(at + 210, end)));
    const length = Number(head?.[1] ?? 0);
    if (head === null || length <= head[0].length || at + length > end) break;
    const value = content.toString("latin1", at + head[0].length, at + length - 1);
    if (head[2] === "path") found.name = value;
    else if (head[2] === "size") found.size = boundedNumber(Number(value));
    else if (head[2] === "mtime") {
      found.mtime = boundedNumber(Number(value));
      found.mtimeAt = at + head[0].length;
    }
    at += length;
  }
  return found;
}

/** Octal text, or GNU's base 256. */
function numberAt(content: Buffer, at: number, length: number): number {
  if ((content[at]! & 0x80) === 0) {
    return boundedNumber(Number.parseInt(textAt(content, at, length).trim() || "0", 8));
  }
  let value = content[at]! & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + content[i]!;
  return boundedNumber(value);
}

function boundedNumber(value: number): number {
  return Number.isFinite(value) && value >= 0 && value < 2 ** 48 ? value : 0;
}

function textAt(content: Buffer, at: number, length: number): string {
  const text = content.toString("latin1", at, at + length);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** The sum of the header's bytes, with the checksum's own as spaces. */
function hasChecksum(content: Buffer, at: number): boolean {
  const wanted = Number.parseInt(textAt(content, at + 148, 8).trim(), 8);
  if (!Number.isInteger(wanted) || wanted === 0) return false;
  let sum = 8 * 0x20;
  for (let i = at; i < at + block; i++) sum += i >= at + 148 && i < at + 156 ? 0 : content[i]!;
  return sum === wanted;
}
