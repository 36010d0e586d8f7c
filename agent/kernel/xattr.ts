import koffi from "koffi";
import { cPath, printable, resultOf, SystemError } from "./libc.ts";

const libc = koffi.load("libc.so.6");
const calls = {
  list: libc.func("int64_t llistxattr(const void *path, _Out_ void *names, size_t size)"),
  get: libc.func("int64_t lgetxattr(const void *path, const void *name, _Out_ void *value, size_t size)"),
};

export interface ExtendedAttribute {
  /** Byte string: one character a byte. */
  name: string;
  value: string;
}

/** Both limits are the kernel's: XATTR_LIST_MAX and XATTR_SIZE_MAX (xattr(7)). */
const answer = Buffer.alloc(64 << 10);
/** Of one object, together: a file system that keeps values in inodes of their own has no limit. */
const mostBytes = 1 << 20;
const E2BIG = 7;

/**
 * The extended attributes of a path itself, not of what a symlink leads to (llistxattr(2), lgetxattr(2)), in
 * byte order of their names. None where the file system has none.
 * @throws SystemError, E2BIG for more than a mebibyte
 */
export function extendedAttributes(path: Uint8Array): ExtendedAttribute[] {
  const at = cPath(path);
  const length = resultOf(() => calls.list(at, answer, answer.length));
  if (length === 0) return [];
  if (length < 0) return failed("llistxattr", -length, at, "ENOTSUP");
  const names = answer.toString("latin1", 0, length).split("\0").slice(0, -1).sort();
  let bytes = length;
  return names.flatMap((name) => {
    const nameAt = cPath(Buffer.from(name, "latin1"));
    const size = resultOf(() => calls.get(at, nameAt, answer, answer.length));
    // Removed since it was listed.
    if (size < 0) return failed(`lgetxattr ${name}`, -size, at, "ENODATA");
    bytes += size;
    if (bytes > mostBytes) throw new SystemError("lgetxattr", E2BIG, printable(path));
    return [{ name, value: answer.toString("latin1", 0, size) }];
  });
}

function failed(call: string, errno: number, path: Buffer, harmless: string): [] {
  const error = new SystemError(call, errno, path.toString("utf8", 0, path.length - 1));
  if (error.code !== harmless && !(harmless === "ENOTSUP" && error.code === "EOPNOTSUPP")) throw error;
  return [];
}
