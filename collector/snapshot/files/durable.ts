import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { syncDirectory } from "../../store/sync-directory.ts";

/** Writes a file so that after a crash there is the old content or the new, whole. Its directory is made. */
export function writeDurably(path: string, content: string | Uint8Array, mode = 0o644): void {
  const fresh = `${path}.new`;
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(fresh, "w", mode);
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } catch (error) {
    rmSync(fresh, { force: true }); // of a full disk
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path);
  syncDirectory(dirname(path));
}

/** Gives a finished directory its name; what has the name already goes. */
export function moveDurably(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
  syncDirectory(dirname(to));
}
