import { constants } from "node:os";
import { type HandleKey, handleOfFd, openByHandle, pathOfFd } from "../../kernel/handles.ts";
import { close, O_DIRECTORY, O_NOFOLLOW, O_PATH, open, SystemError } from "../../kernel/libc.ts";
import { upperKey } from "../../kernel/upper-layer.ts";
import { isWithin } from "../../within.ts";

/**
 * The build directory by its path, and by where it is looked at: the same, but on an overlayfs, where it is the directory
 * of the upper layer. Paths are absolute and without symlinks.
 */
export class Twin {
  readonly directory: Buffer;
  /** The twin, by a path that leads to it wherever it lies, and as the kernel names it, which may lead nowhere from here. */
  readonly #upper: { path: Buffer; name: Buffer } | undefined;

  readonly #fd: number;

  /** @param upper the directory of the upper layer, open; -1 if there is none. */
  constructor(directory: string, upper: number) {
    this.directory = Buffer.from(directory);
    this.#fd = upper;
    if (upper < 0) return;
    const name = pathOfFd(upper);
    if (name === undefined)
      throw new RangeError(`directory of the upper layer, fd ${upper}: path of more than 4096 bytes`);
    // A magic link is not followed at a path's end (proc_pid_fd(5)).
    this.#upper = { path: Buffer.from(`/proc/self/fd/${upper}/.`), name };
  }

  isBelow(path: Uint8Array): boolean {
    return isWithin(path, this.directory);
  }

  /** Where to look for what has this path; outside the build directory the path itself. */
  at(path: Buffer): Buffer {
    if (this.#upper === undefined || !this.isBelow(path)) return path;
    return Buffer.concat([this.#upper.path, path.subarray(this.directory.length)]);
  }

  /**
   * Opens a directory of an overlayfs as it is seen there, not as the upper layer keeps it; undefined if the path leads to
   * another one by now. @param key its handle in the upper layer
   */
  open(path: Buffer, key: HandleKey): number | undefined {
    if (this.#upper === undefined) return undefined;
    const isTop = path.length === this.directory.length;
    const fd = openIf(path, O_DIRECTORY | O_NOFOLLOW, (it) => isTop || upperKey(handleOfFd(it)) === key);
    return fd < 0 ? undefined : fd; // moved, or removed
  }

  /** The path of what has this handle in the upper layer; undefined if it is gone, or lies elsewhere. */
  find(key: HandleKey): Buffer | undefined {
    const fd = openByHandle(this.#fd, key, O_PATH);
    if (fd < 0) return undefined;
    try {
      return this.pathOf(fd);
    } finally {
      close(fd);
    }
  }

  /** The path of what was looked at, from its descriptor; undefined if it lies elsewhere. */
  pathOf(fd: number): Buffer | undefined {
    const path = pathOfFd(fd);
    const name = this.#upper?.name ?? this.directory;
    if (path === undefined || !isWithin(path, name)) return undefined;
    return this.#upper === undefined ? path : Buffer.concat([this.directory, path.subarray(name.length)]);
  }
}

/** Opens what a path leads to, if that is what is meant. The result is a descriptor, or -errno: -ESTALE if it is another. */
export function openIf(path: Uint8Array, flags: number, isMeant: (fd: number) => boolean): number {
  let fd = -1;
  try {
    fd = open(path, flags);
    if (isMeant(fd)) return fd;
    close(fd);
    return -constants.errno.ESTALE;
  } catch (error) {
    if (fd >= 0) close(fd);
    if (!(error instanceof SystemError)) throw error;
    return -error.errno;
  }
}
