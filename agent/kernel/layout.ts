/**
 * The records of isotrace.bpf.c and nothing else: offsets, sizes and numbers here equal those in the C file, and a
 * test compares them with the compiler's layout and the object's BTF. Little-endian, as the object.
 */

export const header = { size: 0, kind: 4, flags: 6, time: 8, pid: 16, reserved: 20, start: 24 } as const;
export const headerSize = 32;
export const fork = { child: 32, reserved: 36, child_start: 40 } as const;
export const forkSize = 48;
export const exit = { status: 32, reserved: 36 } as const;
export const exitSize = 40;
export const exec = {
  parent: 32,
  uid: 36,
  parent_start: 40,
  root_inode: 48,
  cwd_inode: 56,
  exe_inode: 64,
  stdout_inode: 72,
  stderr_inode: 80,
  root_device: 88,
  cwd_device: 92,
  exe_device: 96,
  argv_total: 100,
  env_total: 104,
  filename_size: 108,
  exe_size: 112,
  cwd_size: 116,
  env_size: 120,
  argv_size: 124,
} as const;
export const execSize = 128;
export const needs = { getrandom_bytes: 32, counts: 40 } as const;
export const connect = { family: 32, port: 34, protocol: 36, address: 40, result: 56, reserved: 60 } as const;
export const connectSize = 64;

/** enum kind. */
export const kinds = { fork: 1, exec: 2, exit: 3, needs: 4, connect: 5, needsTable: 6 } as const;
export const kindCount = 8;

/** enum exec_flag. */
export const execFlags = {
  ARGV_TRUNCATED: 1,
  ARGV_UNREADABLE: 2,
  EXE_TRUNCATED: 4,
  EXE_UNREACHABLE: 8,
  CWD_TRUNCATED: 16,
  CWD_UNREACHABLE: 32,
  ENV_PRESENT: 64,
  ENV_TRUNCATED: 128,
  ENV_UNREADABLE: 256,
  FILENAME_TRUNCATED: 512,
} as const;

/** enum need, in its order: the name in C, and in recordings. "" is not an item of its own. */
export const needNames = [
  ["NEED_GETRANDOM", "getrandom"],
  ["NEED_GETRANDOM_FLAGS", ""],
  ["NEED_GLIBC_DRAW", "getrandom-glibc"],
  ["NEED_VDSO_RANDOM", "getrandom-vdso"],
  ["NEED_UNAME", "uname"],
  ["NEED_SYSINFO", "sysinfo"],
  ["NEED_AFFINITY", "sched_getaffinity"],
  ["NEED_DEV_RANDOM", "/dev/random"],
  ["NEED_DEV_URANDOM", "/dev/urandom"],
  ["NEED_RANDOM_BOOT_ID", "/proc/sys/kernel/random/boot_id"],
  ["NEED_RANDOM_UUID", "/proc/sys/kernel/random/uuid"],
  ["NEED_RANDOM_OTHER", "/proc/sys/kernel/random/*"],
  ["NEED_CPUINFO", "/proc/cpuinfo"],
  ["NEED_MEMINFO", "/proc/meminfo"],
  ["NEED_UPTIME", "/proc/uptime"],
  ["NEED_VERSION", "/proc/version"],
  ["NEED_KERNEL_HOSTNAME", "/proc/sys/kernel/hostname"],
  ["NEED_OSRELEASE", "/proc/sys/kernel/osrelease"],
  ["NEED_MACHINE_ID", "/etc/machine-id"],
  ["NEED_ETC_HOSTNAME", "/etc/hostname"],
  ["NEED_TIMEZONE", "/etc/timezone"],
  ["NEED_LOCALTIME", "/etc/localtime"],
] as const;
export const needsSize = 128;

/** struct settings. */
export const settings = { wake_bytes: 0, pid_namespace: 8, needs: 12 } as const;
export const settingsSize = 16;
