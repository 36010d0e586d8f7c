/** An archive that cannot be read further. */
export class TarError extends Error {
  override readonly name = "TarError";
}

export type TarType =
  | "file"
  | "link"
  | "symlink"
  | "character"
  | "block"
  | "directory"
  | "fifo"
  | "extension"
  | "globalExtension"
  | "longName"
  | "longTarget";

/** Texts are byte strings: one character a byte (latin1). */
export interface TarHeader {
  path: string;
  type: TarType;
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of content that follow in the archive. */
  size: number;
  mtime: number;
  mtimeNanoseconds: number;
  target: string;
  major: number;
  minor: number;
  xattrs: { name: string; value: string }[];
}

export const blockSize = 512;

const types: Record<string, TarType> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
  x: "extension",
  g: "globalExtension",
  L: "longName",
  K: "longTarget",
};

/**
 * One header block: ustar of POSIX, or GNU's older form of it (tar(5)).
 * @returns undefined for the block of zeros that ends an archive.
 * @throws TarError
 */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  checkSum(block);
  const type = types[String.fromCharCode(block[156]!)];
  if (type === undefined) throw new TarError(`entry type ${JSON.stringify(block[156])} is not supported`);
  const name = text(block, 0, 100);
  // "ustar\0" is POSIX's, with a prefix; "ustar  \0" is GNU's, where other fields lie in its place.
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? text(block, 345, 155) : "";
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    type,
    mode: integer(block, 100, 8) & 0o7777,
    uid: integer(block, 108, 8),
    gid: integer(block, 116, 8),
    size: natural(integer(block, 124, 12), "size"),
    mtime: integer(block, 136, 12),
    mtimeNanoseconds: 0,
    target: text(block, 157, 100),
    major: integer(block, 329, 8),
    minor: integer(block, 337, 8),
    xattrs: [],
  };
}

/** A number that counts something. @throws TarError */
export function natural(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TarError(`${what} ${value} is out of range`);
  return value;
}

function checkSum(block: Buffer): void {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockSize; i++) if (i < 148 || i >= 156) sum += block[i]!;
  const said = integer(block, 148, 8);
  if (said !== sum) throw new TarError(`header checksum is ${said}, should be ${sum}`);
}

function text(block: Buffer, at: number, length: number): string {
  const value = block.toString("latin1", at, at + length);
  const end = value.indexOf("\0");
  return end < 0 ? value : value.slice(0, end);
}

/** Octal digits; or, if the first bit is set, a big-endian number in two's complement (GNU). */
function integer(block: Buffer, at: number, length: number): number {
  const first = block[at]!;
  if ((first & 0x80) === 0) {
    const digits = text(block, at, length).trim();
    if (!/^[0-7]*$/.test(digits)) throw new TarError(`number ${JSON.stringify(digits)} is not octal`);
    return digits === "" ? 0 : Number.parseInt(digits, 8);
  }
  let value = (first & 0x40) === 0 ? first & 0x3f : (first & 0x3f) - 0x40;
  for (let i = 1; i < length; i++) value = value * 256 + block[at + i]!;
  if (!Number.isSafeInteger(value)) throw new TarError("number is out of range");
  return value;
}
