/** An archive that cannot be read further. */
export class CpioError extends Error {
  override readonly name = "CpioError";
}

/** Bytes before the name. */
export const headerSize = 110;
export const magicSize = 6;
/** Bytes of a name with its NUL: as long as the kernel takes (PATH_MAX). */
const nameLimit = 4096;

export interface CpioHeader {
  inode: number;
  /** With the file's type, as st_mode. */
  mode: number;
  uid: number;
  gid: number;
  links: number;
  /** Seconds since 1970. */
  mtime: number;
  size: number;
  /** Of the device that it was on, and of the device that it is. */
  device: [major: number, minor: number];
  rdevice: [major: number, minor: number];
  nameSize: number;
}

/** Whether bytes begin as an archive that the kernel unpacks: cpio of SVR4, without or with checksums (cpio(5), "newc", "crc"). */
export function isCpio(bytes: Buffer): boolean {
  return /^07070[12]$/.test(bytes.toString("latin1", 0, magicSize));
}

/** @throws CpioError */
export function parseHeader(block: Buffer): CpioHeader {
  if (!isCpio(block)) throw new CpioError("a header does not begin with 070701");
  const field = (index: number): number => {
    const digits = block.toString("latin1", magicSize + 8 * index, magicSize + 8 * index + 8);
    if (!/^[0-9A-Fa-f]{8}$/.test(digits))
      throw new CpioError(`number ${JSON.stringify(digits)} is not hexadecimal`);
    return Number.parseInt(digits, 16);
  };
  const nameSize = field(11);
  if (nameSize < 1 || nameSize > nameLimit)
    throw new CpioError(`a name says ${nameSize} bytes; at most ${nameLimit} are read`);
  return {
    inode: field(0),
    mode: field(1),
    uid: field(2),
    gid: field(3),
    links: field(4),
    mtime: field(5),
    size: field(6),
    device: [field(7), field(8)],
    rdevice: [field(9), field(10)],
    nameSize,
  };
}
