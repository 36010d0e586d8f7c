import { openat2, resolve } from "./openat2.ts";

/**
 * Opens a path as a process would whose root is this directory: what is absolute, and symlinks, begin there, and the magic
 * links of /proc are not followed. @throws SystemError
 */
export function openInRoot(root: number, path: Uint8Array, flags: number): number {
  return openat2(root, path, flags, resolve.inRoot | resolve.noMagicLinks);
}
