/** What the kernel tells about processes, decoded. Byte strings are Buffers of their own. */

interface Process {
  /** CLOCK_BOOTTIME, microseconds. */
  time: number;
  /** In the pid namespace of the process that loaded the programs. */
  pid: number;
  /** Start of the process, ns of CLOCK_BOOTTIME. With `pid` it names a process for good. */
  start: number;
}

/** A process was made by `pid`; the child has not run yet. `pid` is 0 if the maker is outside our pid namespace. */
export interface ForkEvent extends Process {
  kind: "fork";
  child: number;
  childStart: number;
}

export interface ExecEvent extends Process {
  kind: "exec";
  /** The real parent at this moment; `parent` is 0 outside our pid namespace. */
  parent: number;
  parentStart: number;
  /** Real user, in the initial user namespace. */
  uid: number;
  /** What execve(2) was given: the script, if it is one. */
  filename: Buffer;
  filenameTruncated: boolean;
  /** The file mapped: the interpreter, if `filename` is a script. Absolute below the process's root. */
  executable: PathFromRoot;
  cwd: PathFromRoot;
  /** The process's root directory. Equal to stat(2) of "/" for a process that is not chrooted. */
  root: Identity;
  cwdIdentity: Identity;
  executableIdentity: Identity;
  /** Inodes of the regular files that standard output and standard error write to. */
  outputs: number[];
  /** Arguments, each ended by NUL; at most 131072 bytes of `argvLength`. */
  argv: Buffer;
  argvLength: number;
  argvTruncated: boolean;
  /** Not all of argv could be read. */
  argvUnreadable: boolean;
  /** NAME=VALUE, each ended by NUL: only for dpkg's maintainer scripts (`filename` below /var/lib/dpkg/). */
  environment: Buffer | undefined;
  /** The environment's beginning is missing (it is larger than 4096 bytes), or all of it, if it is empty. */
  environmentTruncated: boolean;
}

export interface PathFromRoot {
  /**
   * Begins with "/", unless cut short: then it is the path's end and begins with a name. One that does not lead from the
   * root begins with "(unreachable)/", as in getcwd(2).
   */
  path: Buffer;
  /** The beginning is missing: more than 4096 bytes or 64 components and mount points. */
  truncated: boolean;
  /** The path does not lead from the process's root: memfd, unmounted file system, or outside the chroot. */
  unreachable: boolean;
}

/** `device` as stat(2) gives it; on btrfs that of the file system, not of the subvolume. */
export interface Identity {
  device: number;
  inode: number;
}

/**
 * The last thread has ended. A process whose threads end at the same instant may give two: ignore the second.
 * Its open files are closed afterwards, so that file events of this process can still follow.
 */
export interface ExitEvent extends Process {
  kind: "exit";
  /** exit(3)'s argument, 0 if killed. */
  status: number;
  /** The signal that killed it, or 0. */
  signal: number;
  core: boolean;
}

/** What a process asked of its environment since its last exec, told before that ends (exec or exit). */
export interface NeedsEvent extends Process {
  kind: "needs";
  items: { what: string; count: number; bytes: number; flags: number }[];
}

/** connect(2) to an IP address succeeded or was begun (non-blocking). */
export interface ConnectEvent extends Process {
  kind: "connect";
  family: 4 | 6;
  /** Four or sixteen bytes. */
  address: Buffer;
  port: number;
  /** IPPROTO_*: 6 TCP, 17 UDP. Connecting a UDP socket sends nothing: resolvers do it to ask for a route. */
  protocol: number;
  pending: boolean;
}

/** A record that is not as layout.ts says. */
export interface MalformedEvent {
  kind: "malformed";
  reason: string;
  length: number;
}

export type KernelEvent = ForkEvent | ExecEvent | ExitEvent | NeedsEvent | ConnectEvent | MalformedEvent;
