import { constants, fstatSync, readSync } from "node:fs";
import { close, O_NOFOLLOW, open, SystemError } from "../../kernel/libc.ts";
import type { DirectoryNode } from "../file/tree.ts";

export interface DirectoryOpener {
  /** A descriptor of a directory, wherever it was moved to. @throws SystemError if it is gone. */
  open(node: DirectoryNode): number;
}

export type Opened =
  | { kind: "open"; fd: number }
  /** It is not there any more. */
  | { kind: "gone" }
  | { kind: "refused"; because: string };

/** Opens a regular file of a directory; a symlink is not followed, and a pipe not waited for. */
export function openFile(opener: DirectoryOpener, directory: DirectoryNode, name: string): Opened {
  let above = -1;
  try {
    above = opener.open(directory);
    const flags = constants.O_RDONLY | O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = open(Buffer.from(name, "latin1"), flags, above);
    if (fstatSync(fd).isFile()) return { kind: "open", fd };
    close(fd);
    return { kind: "refused", because: "it is not a regular file" };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === "ENOENT" || error.code === "ESTALE") return { kind: "gone" };
    return { kind: "refused", because: `it could not be opened: ${error.code}` };
  } finally {
    if (above >= 0) close(above);
  }
}

/** Bytes of a squashfs that say what is in it: sizes, time, and places of its tables (struct squashfs_super_block). */
const superblockSize = 96;

/** The superblock as a byte string: equal for a copy of the file. */
export function superblockOf(fd: number): string {
  const block = Buffer.alloc(superblockSize);
  return block.toString("latin1", 0, readSync(fd, block, 0, superblockSize, 0));
}
