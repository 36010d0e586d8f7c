import { randomBytes } from "node:crypto";
import { closeSync, openSync, unlinkSync, writeFileSync } from "node:fs";

/** Enough for a loss and an end, which are some hundred bytes. */
const bytes = 64 << 10;

/**
 * Room on the disk that is kept from the beginning, in a file without a name: on a disk that is full at the end of a build, the
 * recording can still say what it lacks.
 */
export class Reserve {
  #fd: number | undefined;

  /** Nothing is kept where the disk is full already. @throws a system error of another kind */
  constructor(directory: string) {
    const path = `${directory}/.reserve-${process.pid}`;
    const fd = openUnnamed(path);
    if (fd === undefined) return;
    try {
      writeFileSync(fd, randomBytes(bytes)); // a file system that compresses would keep no room for zeros
      this.#fd = fd;
    } catch (error) {
      closeSync(fd);
      if (!isFull(error)) throw error;
    }
  }

  /** Gives the room back to the disk. */
  release(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** The disk, or the quota, has no room; or, where a file was reserved, none that can be written. */
export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EIO";
}

function openUnnamed(path: string): number | undefined {
  try {
    const fd = openSync(path, "wx", 0o600);
    unlinkSync(path);
    return fd;
  } catch (error) {
    if (isFull(error)) return undefined;
    throw error;
  }
}
