/** Which argument of a call says what: `at` a directory's descriptor, `flags` where it says whether links are followed. */
export type Effect =
  | { does: "exec"; path: number; argv: number }
  | { does: "chdir" | "chroot" | "mount" | "unmount"; path: number }
  | { does: "fchdir"; descriptor: number }
  | { does: "open"; at?: number; path: number; flags: number | string }
  | { does: "create"; at?: number; path: number; target?: number }
  | { does: "delete"; at?: number; path: number }
  | {
      does: "rename";
      from: [at: number | undefined, path: number];
      to: [number | undefined, number];
      flags?: number;
    }
  | { does: "write"; path: number }
  | {
      does: "attributes";
      at?: number;
      path?: number;
      follow?: boolean | number;
      unless?: RegExp;
      write?: RegExp;
    };

/** chown(2) of neither owner nor group, and utimensat(2) of neither time, change nothing and notify nobody. */
const noOwner = /-1, -1/;
const noTime = /UTIME_OMIT.*UTIME_OMIT/;
/** The kernel tells a change of the time of modification alone as it tells a write. */
const modificationOnly = /\[UTIME_OMIT, /;

/** What the system calls do that change names, files, or what a process takes paths from; arguments counted from 0. */
export const effects: Readonly<Record<string, Effect>> = {
  execve: { does: "exec", path: 0, argv: 1 },
  execveat: { does: "exec", path: 1, argv: 2 },
  chdir: { does: "chdir", path: 0 },
  fchdir: { does: "fchdir", descriptor: 0 },
  chroot: { does: "chroot", path: 0 },
  mount: { does: "mount", path: 1 },
  umount2: { does: "unmount", path: 0 },
  open: { does: "open", path: 0, flags: 1 },
  openat: { does: "open", at: 0, path: 1, flags: 2 },
  openat2: { does: "open", at: 0, path: 1, flags: 2 },
  creat: { does: "open", path: 0, flags: "O_CREAT|O_WRONLY|O_TRUNC" },
  mkdir: { does: "create", path: 0 },
  mkdirat: { does: "create", at: 0, path: 1 },
  mknod: { does: "create", path: 0 },
  mknodat: { does: "create", at: 0, path: 1 },
  symlink: { does: "create", path: 1, target: 0 },
  symlinkat: { does: "create", at: 1, path: 2, target: 0 },
  link: { does: "create", path: 1 },
  linkat: { does: "create", at: 2, path: 3 },
  unlink: { does: "delete", path: 0 },
  unlinkat: { does: "delete", at: 0, path: 1 },
  rmdir: { does: "delete", path: 0 },
  rename: { does: "rename", from: [undefined, 0], to: [undefined, 1] },
  renameat: { does: "rename", from: [0, 1], to: [2, 3] },
  renameat2: { does: "rename", from: [0, 1], to: [2, 3], flags: 4 },
  truncate: { does: "write", path: 0 },
  chmod: { does: "attributes", path: 0 },
  fchmod: { does: "attributes", at: 0 },
  fchmodat: { does: "attributes", at: 0, path: 1 },
  fchmodat2: { does: "attributes", at: 0, path: 1, follow: 3 },
  chown: { does: "attributes", path: 0, unless: noOwner },
  lchown: { does: "attributes", path: 0, follow: false, unless: noOwner },
  fchown: { does: "attributes", at: 0, unless: noOwner },
  fchownat: { does: "attributes", at: 0, path: 1, follow: 4, unless: noOwner },
  utime: { does: "attributes", path: 0 },
  utimes: { does: "attributes", path: 0 },
  futimesat: { does: "attributes", at: 0, path: 1 },
  utimensat: { does: "attributes", at: 0, path: 1, follow: 3, unless: noTime, write: modificationOnly },
  setxattr: { does: "attributes", path: 0 },
  lsetxattr: { does: "attributes", path: 0, follow: false },
  fsetxattr: { does: "attributes", at: 0 },
  removexattr: { does: "attributes", path: 0 },
  lremovexattr: { does: "attributes", path: 0, follow: false },
  fremovexattr: { does: "attributes", at: 0 },
};
