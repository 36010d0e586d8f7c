/** The events of a recording, as `isotrace.proto` describes them: a closed union on `kind`. */

/** Bits of `FileEvent.operations`. One event can carry several: the kernel merges them. */
export const operation = {
  create: 1,
  write: 2,
  attributes: 4,
  delete: 8,
  rename: 16,
  /** The object is a directory. */
  directory: 32,
  /** It was there when the recording began, or when a directory was found late. */
  found: 64,
  /** More than one process or command could have done it; the likeliest is named. */
  uncertain: 128,
  /** The directory came into the build directory, or left it, by rename: its content was not seen being made. */
  crossing: 256,
} as const;

export const packageActions = [
  "bootstrap",
  "download",
  "install",
  "upgrade",
  "remove",
  "purge",
  "present",
  "source",
] as const;
export type PackageAction = (typeof packageActions)[number];

export interface Variable {
  name: Uint8Array;
  value: Uint8Array;
}
export interface Host {
  name: string;
  kernel: string;
  kernelVersion: string;
  machine: string;
  cpus: number;
  cpuModel: string;
  timezone: string;
  user: string;
  filesystem: string;
}
export interface Coverage {
  probe: string;
  state: "full" | "partial" | "absent";
  because: string;
}
export interface Need {
  what: string;
  count: number;
  bytes: number;
  flags: number;
}
export interface Origin {
  list: string;
  uri: string;
  suite: string;
  component: string;
}

interface Timed {
  /** Microseconds of CLOCK_BOOTTIME (clock_gettime(2)). */
  time: number;
}

export interface SegmentEvent extends Timed {
  kind: "segment";
  format: number;
  recorder: number;
  build: string;
  isotrace: string;
  started: number;
  offset: number;
  directory: Uint8Array;
  command: Uint8Array[];
  workingDirectory: Uint8Array;
  environment: Variable[];
  umask: number;
  host: Host;
  coverage: Coverage[];
  gap: string;
  gapFrom: number;
}
export interface ProcessEvent extends Timed {
  kind: "process";
  id: number;
  pid: number;
  start: number;
  parent: number;
  parentEpoch: number;
  outside: boolean;
}
export interface ExecEvent extends Timed {
  kind: "exec";
  process: number;
  epoch: number;
  argv: Uint8Array;
  argvLength: number;
  filename: Uint8Array;
  executable: Uint8Array;
  workingDirectory: Uint8Array;
  uid: number;
  root: number;
  environment: Variable[];
  restored: boolean;
  cut: boolean;
}
export interface ExitEvent extends Timed {
  kind: "exit";
  process: number;
  status: number;
  signal: number;
  core: boolean;
}
/** `name` is a byte string: one character a byte (latin1). */
export interface DirectoryEvent extends Timed {
  kind: "directory";
  id: number;
  parent: number;
  name: string;
  object: number;
}
/** `name` and `newName` are byte strings: one character a byte (latin1). */
export interface FileEvent extends Timed {
  kind: "file";
  process: number;
  epoch: number;
  operations: number;
  directory: number;
  name: string;
  newDirectory: number;
  newName: string;
  child: number;
  object: number;
}
export interface NeedsEvent extends Timed {
  kind: "needs";
  process: number;
  epoch: number;
  items: Need[];
}
export interface ConnectionEvent extends Timed {
  kind: "connection";
  process: number;
  epoch: number;
  address: string;
  port: number;
  protocol: number;
}
export interface RootEvent extends Timed {
  kind: "root";
  id: number;
  directory: number;
  path: Uint8Array;
}
export interface PackageEvent extends Timed {
  kind: "package";
  root: number;
  action: PackageAction;
  name: string;
  version: string;
  architecture: string;
  oldVersion: string;
  uri: string;
  uriUnknown: string;
  size: number;
  sha256: string;
  source: string;
  sourceVersion: string;
  origins: Origin[];
  evidence: string;
  logged: string;
  process: number;
  epoch: number;
  priority: string;
  essential: boolean;
  preDepends: string;
  depends: string;
  recommends: string;
  provides: string;
}
export interface ReleaseEvent extends Timed {
  kind: "release";
  root: number;
  list: string;
  uri: string;
  suite: string;
  origin: string;
  label: string;
  releaseSuite: string;
  codename: string;
  date: string;
  validUntil: string;
  sha256: string;
  version: string;
  signature: Uint8Array;
  notAutomatic: boolean;
  butAutomaticUpgrades: boolean;
}
export interface ConfigurationEvent extends Timed {
  kind: "configuration";
  root: number;
  path: Uint8Array;
  content: Uint8Array;
  removed: boolean;
  cut: boolean;
}
export interface ChangelogEvent extends Timed {
  kind: "changelog";
  root: number;
  package: string;
  version: string;
  architecture: string;
  text: Uint8Array;
  cut: boolean;
}
export interface ContentEvent extends Timed {
  kind: "content";
  sha256: Uint8Array;
  size: number;
  data: Uint8Array;
  omitted: "" | "secret" | "size" | "budget";
}
export interface StageEvent extends Timed {
  kind: "stage";
  marker: Uint8Array;
  removed: boolean;
}
export interface OutputEvent extends Timed {
  kind: "output";
  data: Uint8Array;
  stream: number;
}
export interface ImageEvent extends Timed {
  kind: "image";
  id: number;
  of: "tree" | "binary" | "file";
  state: "begin" | "end" | "failed";
  directory: number;
  path: Uint8Array;
  because: string;
  packer: number;
  epoch: number;
  size: number;
  sha256: Uint8Array;
  entries: number;
}
export interface EntryEvent extends Timed {
  kind: "entry";
  image: number;
  path: Uint8Array;
  type: "file" | "directory" | "symlink" | "character" | "block" | "fifo" | "socket";
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  mtimeNanoseconds: number;
  size: number;
  links: number;
  inode: number;
  target: Uint8Array;
  device: number;
  xattrs: Variable[];
  sha256: Uint8Array;
  package: string;
  relation: "shipped" | "changed" | "generated" | "";
  problem: string;
  within: Uint8Array;
}
export interface LossEvent extends Timed {
  kind: "loss";
  what: string;
  count: number;
  detail: string;
}
export interface ClockEvent extends Timed {
  kind: "clock";
  offset: number;
}
export interface EndEvent extends Timed {
  kind: "end";
  status: number;
  signal: number;
  outcome: "ended" | "failed" | "interrupted";
  counts: Need[];
}

export type Event =
  | SegmentEvent
  | ProcessEvent
  | ExecEvent
  | ExitEvent
  | DirectoryEvent
  | FileEvent
  | NeedsEvent
  | ConnectionEvent
  | RootEvent
  | PackageEvent
  | ReleaseEvent
  | StageEvent
  | OutputEvent
  | ImageEvent
  | EntryEvent
  | LossEvent
  | ClockEvent
  | EndEvent
  | ConfigurationEvent
  | ChangelogEvent
  | ContentEvent;

export type EventKind = Event["kind"];
