import { openat2, resolve } from "./openat2.ts";

/**
 * Opens what lies below an open directory. Symlinks are followed as long as they stay below it; where one leads out of
 * it, is absolute, or something is mounted on the way, the error's code is EXDEV. @throws SystemError
 */
export function openBeneath(directory: number, path: Uint8Array, flags: number): number {
  return openat2(directory, path, flags, resolve.noXdev | resolve.noMagicLinks | resolve.beneath);
}
