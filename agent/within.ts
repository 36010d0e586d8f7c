/** Whether an absolute path is a directory's, or below it. Both are bytes, without "/" at the end. */
export function isWithin(path: Uint8Array, directory: Buffer): boolean {
  const { length } = directory;
  if (path.length < length || (path.length > length && path[length] !== 0x2f)) return false;
  return directory.equals(path.subarray(0, length));
}
