import { closeSync, openSync, readSync, statSync } from "node:fs";
import { fileMagic } from "../../proto/file-magic.ts";

/** Whether a path given for a build or a manifest is a manifest: a regular file that does not begin as a recording. */
export function isManifestFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const fd = openSync(path, "r");
  try {
    const start = Buffer.alloc(fileMagic.length);
    return readSync(fd, start, 0, start.length, 0) < start.length || !start.equals(fileMagic);
  } finally {
    closeSync(fd);
  }
}
