import { createHash } from "node:crypto";
import { constants, fstatSync, readSync } from "node:fs";
import { close, O_DIRECTORY, open } from "../../kernel/libc.ts";
import { openWithin } from "../../kernel/open-within.ts";
import { MembersError } from "./members/byte-source.ts";

const partSize = 256 << 10;

/**
 * Opens an absolute path of the tree below "/", for a process that has entered it (chroot.ts). No symlink is followed,
 * and no mount point crossed. @throws SystemError
 */
export function openInTree(path: string, flags: number): number {
  const top = open("/", constants.O_RDONLY | O_DIRECTORY);
  if (path === "/") return top;
  try {
    return openWithin(top, Buffer.from(path.slice(1), "latin1"), constants.O_RDONLY | flags);
  } finally {
    close(top);
  }
}

/**
 * Reads a regular file of the tree again. @param sha256 of what it was, as a byte string.
 * @throws SystemError or Node's error of a system call; MembersError at its end, if it is not what it was
 */
export async function* readAgain(path: string, sha256: string): AsyncGenerator<Buffer> {
  const fd = openInTree(path, constants.O_NONBLOCK | constants.O_NOATIME);
  const digest = createHash("sha256");
  try {
    if (!fstatSync(fd).isFile()) throw new MembersError("it was replaced while it was read");
    for (;;) {
      const part = Buffer.allocUnsafe(partSize);
      const length = readSync(fd, part, 0, partSize, null);
      if (length === 0) break;
      digest.update(part.subarray(0, length));
      yield part.subarray(0, length);
    }
  } finally {
    close(fd);
  }
  if (digest.digest("binary") !== sha256) throw new MembersError("it changed while it was read");
}
