import { readSync } from "node:fs";

/**
 * What an open file holds from an offset on: `length` bytes, or fewer where it ends before, be it that it was made shorter
 * meanwhile. @param buffer takes them, if it is given.
 */
export function readAt(
  fd: number,
  offset: number,
  length: number,
  buffer: Buffer = Buffer.allocUnsafe(length),
): Buffer {
  let done = 0;
  while (done < length) {
    const read = readSync(fd, buffer, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return buffer.subarray(0, done);
}
