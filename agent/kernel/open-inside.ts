import { AT_FDCWD } from "./libc.ts";
import { openat2, resolve } from "./openat2.ts";

/**
 * Opens an absolute path for a process that has entered a root (`enterRoot`). Symlinks are followed, as they stay within
 * the root; the magic links of /proc are not (`/proc/1/root` leads out of every root): then the error's code is ELOOP.
 * @throws SystemError
 */
export function openInside(path: Uint8Array, flags: number): number {
  return openat2(AT_FDCWD, path, flags, resolve.noMagicLinks);
}
