import { release } from "node:os";

/** Whether this kernel is of that version or a later one, by its release (uname(2)). */
export function isKernelAtLeast(major: number, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = release().split(".").map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
