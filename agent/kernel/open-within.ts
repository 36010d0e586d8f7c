import { O_NOFOLLOW } from "./libc.ts";
import { openat2, resolve } from "./openat2.ts";

/**
 * Opens an entry of an open directory, or below it, without following a symlink and without crossing a mount point, be it
 * a bind mount of the same file system: then the error's code is EXDEV. @throws SystemError
 */
export function openWithin(directory: number, name: Uint8Array, flags: number): number {
  return openat2(directory, name, flags | O_NOFOLLOW, resolve.noXdev | resolve.noSymlinks | resolve.beneath);
}
