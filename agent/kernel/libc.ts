import { constants } from "node:os";
import koffi from "koffi";
import type { Pointer } from "./pointer.ts";

/** A system call that failed. `code` is errno's name ("EXDEV"), `call` the function, `subject` what it was about. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;
  readonly errno: number;
  readonly call: string;
  readonly subject: string;

  constructor(call: string, errno: number, subject: string, remedy = "") {
    const code = errorName(errno);
    super(`${call} ${subject}: ${code}${remedy === "" ? "" : `; ${remedy}`}`);
    this.code = code;
    this.errno = errno;
    this.call = call;
    this.subject = subject;
  }
}

const libc = koffi.load("libc.so.6");
const calls = {
  open: libc.func("int openat(int directory, const void *path, int flags, uint32_t mode)"),
  close: libc.func("int close(int fd)"),
  read: libc.func("int64_t read(int fd, _Out_ void *buffer, size_t size)"),
  poll: libc.func("int poll(_Inout_ void *entries, uint64_t count, int milliseconds)"),
  fcntl: libc.func("int fcntl(int fd, int command, int64_t argument)"),
  fchdir: libc.func("int fchdir(int fd)"),
  chroot: libc.func("int chroot(const void *path)"),
  chdir: libc.func("int chdir(const void *path)"),
  mmap: libc.func("void *mmap(void *at, size_t size, int protection, int flags, int fd, int64_t offset)"),
  munmap: libc.func("int munmap(void *at, size_t size)"),
  fanotifyInit: libc.func("int fanotify_init(uint32_t flags, uint32_t fileFlags)"),
  fanotifyMark: libc.func(
    "int fanotify_mark(int fd, uint32_t flags, uint64_t mask, int directory, const void *path)",
  ),
  nameToHandle: libc.func(
    "int name_to_handle_at(int directory, const void *path, _Inout_ void *handle, _Out_ void *mountId, int flags)",
  ),
  openByHandle: libc.func("int open_by_handle_at(int mount, _In_ void *handle, int flags)"),
  fstatfs: libc.func("int fstatfs(int fd, _Out_ void *statfs)"),
  clockGettime: libc.func("int clock_gettime(int clock, _Out_ void *time)"),
};

export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const O_PATH = 0o10000000;
export const O_NOFOLLOW = 0o400000;
export const O_DIRECTORY = 0o200000;
export const O_CLOEXEC = 0o2000000;

/** A path for the kernel: bytes, or a string taken as UTF-8; ended by NUL. A NUL within is refused. */
export function cPath(path: string | Uint8Array): Buffer {
  const bytes = typeof path === "string" ? Buffer.from(path) : path;
  if (bytes.includes(0)) throw new TypeError(`path ${JSON.stringify(path.toString())} contains a NUL byte`);
  const ended = Buffer.alloc(bytes.length + 1);
  ended.set(bytes);
  return ended;
}

/** For messages only. */
export function printable(path: string | Uint8Array): string {
  return typeof path === "string" ? path : Buffer.from(path).toString();
}

/** openat(2), always close-on-exec. @throws SystemError */
export function open(path: string | Uint8Array, flags: number, directory = AT_FDCWD): number {
  const at = cPath(path);
  const fd = resultOf(() => calls.open(directory, at, flags | O_CLOEXEC, 0));
  if (fd < 0) throw new SystemError("open", -fd, printable(path));
  return fd;
}

const { EAGAIN, EINTR, ETIMEDOUT } = constants.errno;
/** What a lock leaves in errno (futex(2)). */
const ofLocks = new Set([EAGAIN, EINTR, ETIMEDOUT]);
const mostTries = 10;

/**
 * The result of a call, or its errno, negative. errno is the thread's, and read a moment after the call: a lock of V8's can
 * have been in between. The calls that are made by this do not fail as locks do, so they are made again.
 */
export function resultOf(call: () => number): number {
  for (let tries = 1; ; tries++) {
    const result = call();
    if (result >= 0) return result;
    const errno: number = koffi.errno();
    if (!ofLocks.has(errno) || tries === mostTries) return -errno;
  }
}

/** close(2). A failed close still frees the descriptor on Linux, so its error is of no use. */
export function close(fd: number): void {
  calls.close(fd);
}

/**
 * read(2) into the buffer: bytes read, or -errno; -EAGAIN also where errno is a lock's (see `resultOf`). Neither throws nor
 * allocates: for the drain loop.
 */
export function read(fd: number, buffer: Uint8Array, size: number): number {
  const count: number = calls.read(fd, buffer, size);
  if (count >= 0) return count;
  const errno: number = koffi.errno();
  return ofLocks.has(errno) ? -EAGAIN : -errno;
}

const POLLPRI = 2;
const POLLERR = 8;
const pollEntry = Buffer.alloc(8);

/**
 * Whether the file systems that are mounted have changed since this was last asked of the descriptor, which is one of
 * /proc/PID/mountinfo: proc_pid_mounts(5), Linux 2.6.30. Neither throws nor allocates: for the drain loop. A failure is a change.
 */
export function mountsChanged(fd: number): boolean {
  pollEntry.writeInt32LE(fd, 0);
  pollEntry.writeInt32LE(POLLPRI, 4); // and no revents
  if (calls.poll(pollEntry, 1, 0) < 0) return true;
  return (pollEntry.readInt16LE(6) & (POLLPRI | POLLERR)) !== 0;
}

const F_SETFD = 2;

/** Whether the descriptor is closed when this process execs. @throws SystemError */
export function setCloseOnExec(fd: number, on: boolean): void {
  if (calls.fcntl(fd, F_SETFD, on ? 1 : 0) < 0) throw failed("fcntl F_SETFD", `fd ${fd}`);
}

export const PROT_READ = 1;
export const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffffffffffffffffn;

/** mmap(2), shared. @throws SystemError */
export function mapShared(fd: number, offset: number, size: number, protection: number): Pointer {
  const at: Pointer = calls.mmap(null, size, protection, MAP_SHARED, fd, offset);
  if (at === MAP_FAILED) throw failed("mmap", `fd ${fd}, ${size} bytes at ${offset}`);
  return at;
}

/** munmap(2). Views of the memory must be given up before. */
export function unmap(at: Pointer, size: number): void {
  if (calls.munmap(at, size) < 0) throw failed("munmap", `${size} bytes`);
}

/** The mapped memory, without copy. */
export function viewOf(at: Pointer, size: number): ArrayBuffer {
  return koffi.view(at, size);
}

/** fanotify_init(2). @throws SystemError */
export function fanotifyInit(flags: number, fileFlags: number): number {
  const fd: number = calls.fanotifyInit(flags, fileFlags);
  if (fd < 0) {
    const errno: number = koffi.errno();
    const remedy =
      errno === constants.errno.EMFILE
        ? "raise fs.fanotify.max_user_groups with sysctl"
        : "root and Linux 5.17 or later are needed";
    throw new SystemError("fanotify_init", errno, `flags 0x${flags.toString(16)}`, remedy);
  }
  return fd;
}

/** fanotify_mark(2) on an open directory, or on a path below it. @throws SystemError */
export function fanotifyMark(
  fd: number,
  flags: number,
  mask: number,
  directory: number,
  path: string | Uint8Array | null,
): void {
  if (calls.fanotifyMark(fd, flags, mask, directory, path === null ? null : cPath(path)) < 0)
    throw failed("fanotify_mark", path === null ? `fd ${directory}` : printable(path));
}

/** name_to_handle_at(2): fills `handle` (handle_bytes set by the caller) and `mountId` (an int); 0 or -errno. */
export function nameToHandle(
  directory: number,
  path: string | Uint8Array,
  handle: Uint8Array,
  mountId: Uint8Array,
  flags: number,
): number {
  const at = cPath(path);
  return resultOf(() => calls.nameToHandle(directory, at, handle, mountId, flags));
}

/** open_by_handle_at(2): descriptor or -errno. */
export function openByHandleAt(mount: number, handle: Uint8Array, flags: number): number {
  return resultOf(() => calls.openByHandle(mount, handle, flags | O_CLOEXEC));
}

/** fstatfs(2): the file system's type (statfs(2), f_type) and its fsid as eight bytes in latin1. @throws SystemError */
export function fileSystemOf(fd: number): { type: number; fsid: string } {
  const answer = Buffer.alloc(120); // struct statfs of every 64-bit architecture
  if (calls.fstatfs(fd, answer) < 0) throw failed("fstatfs", `fd ${fd}`);
  return { type: Number(answer.readBigUInt64LE(0)), fsid: answer.toString("latin1", 56, 64) };
}

/** fchdir(2). @throws SystemError */
export function changeDirectory(fd: number): void {
  if (calls.fchdir(fd) < 0) throw failed("fchdir", `fd ${fd}`);
}

/** chroot(2) to the working directory, which becomes "/" too. @throws SystemError */
export function rootHere(): void {
  if (calls.chroot(cPath(".")) < 0) throw failed("chroot", "the working directory", "root is needed");
  if (calls.chdir(cPath("/")) < 0) throw failed("chdir", "/");
}

/** clock_gettime(2) in microseconds. */
export function clockMicroseconds(clock: number): number {
  calls.clockGettime(clock, clockAnswer);
  return (clockAnswer[0]! + clockAnswer[1]! * 0x1_0000_0000) * 1e6 + clockAnswer[2]! / 1e3;
}
/** struct timespec of 64 bits, little endian: the nanoseconds have no upper half. */
const clockAnswer = new Uint32Array(4);

/** The error of the call just made. */
export function failed(call: string, subject: string, remedy = ""): SystemError {
  return new SystemError(call, koffi.errno(), subject, remedy);
}

function errorName(errno: number): string {
  for (const [name, value] of Object.entries(constants.errno)) if (value === errno) return name;
  return `errno ${errno}`;
}
