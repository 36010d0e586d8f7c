import { constants, fstatSync, readSync } from "node:fs";
import { close } from "../../kernel/libc.ts";
import { openWithin } from "../../kernel/open-within.ts";
import type { ContentReader } from "./content.ts";
import type { FoundEntry } from "./entry.ts";

const buffer = Buffer.alloc(1 << 20);

/** A sparse file can say petabytes, which would be read for weeks. */
const contentLimit = 64 * 2 ** 30;

/**
 * Digests a regular file of an open directory. Its time of access stays (O_NOATIME), and a pipe or device that
 * takes its place meanwhile is not waited for. @throws SystemError, or Node's error of a system call
 */
export function readContent(
  directory: number,
  name: Buffer,
  { path, size }: Pick<FoundEntry, "path" | "size">,
  content: ContentReader,
): Pick<FoundEntry, "sha256" | "md5" | "problem"> {
  const unknown = (problem: string) => ({ sha256: "", md5: "", problem });
  if (size > contentLimit) return unknown(`its content was not read: more than ${contentLimit} bytes`);
  const fd = openWithin(directory, name, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOATIME);
  try {
    if (!fstatSync(fd).isFile()) return unknown("it was replaced while it was read");
    const read = digest(fd, path, size, content);
    return read.size === size
      ? { ...read.digests, problem: "" }
      : unknown("its size changed while it was read");
  } finally {
    close(fd);
  }
}

/** Digests an open file from where it stands, of which `size` bytes are expected. */
export function digest(
  fd: number,
  path: string,
  size: number,
  content: ContentReader,
): { size: number; digests: { sha256: string; md5: string } } {
  content.begin(path, size);
  let total = 0;
  for (;;) {
    const length = readSync(fd, buffer, 0, buffer.length, null);
    if (length === 0) break;
    total += length;
    if (total > size) break; // it grows: the caller says so
    content.update(buffer.subarray(0, length));
  }
  return { size: total, digests: content.end() };
}
