import type { Coverage, Variable } from "../../proto/events.ts";

/** What the supervisor tells a recorder, over Node's IPC channel with structured clones. */
export type ToRecorder =
  | { kind: "start"; start: Start }
  | { kind: "output"; outputs: Output[] }
  | { kind: "finish"; status: number; signal: number; outcome: Outcome };

/** What the build printed at one time. */
export interface Output {
  number: number;
  time: number;
  stream: number;
  data: Uint8Array;
}

export type Outcome = "ended" | "failed" | "interrupted";

/** What a recorder answers. */
export type FromRecorder =
  | { kind: "ready" }
  /** Output up to this number is in the recording. */
  | { kind: "kept"; number: number }
  /** The build that `attach` waited for has ended. */
  | { kind: "ended"; status: number; signal: number }
  | { kind: "progress"; events: number; processes: number; losses: number; size: number }
  /** `closed`: the recording has its end; without, its disk is full. */
  | { kind: "finished"; closed: boolean }
  | { kind: "failed"; message: string };

export interface Start {
  build: string;
  /** 0 for the first recorder of a build. */
  recorder: number;
  /** Why the recorder before this one ended; empty for the first. */
  gap: string;
  recording: string;
  /** Directories that Isotrace writes to, which are there: what happens in them is not part of the build. */
  own: string[];
  /** The build directory, absolute. */
  directory: string;
  command: string[];
  workingDirectory: string;
  environment: Variable[];
  umask: number;
  coverage: Coverage[];
  /** How file events are had. */
  files: FileMode;
  /** Numbers, as stat(2) gives them, of the file systems whose programs are told of when they are opened to be executed. */
  programDevices: number[];
  /** Regular expressions of what no command line of the recording may have, beside the usual secrets. */
  redact: string[];
  /** The process whose children are the build; 0 where Isotrace did not start it. */
  supervisor: number;
  /** Numbers of inherited file descriptors. */
  fds: InheritedFds;
}

/**
 * One mark on the whole file system; one on that below an overlayfs, which its upper layer lies on; a mark on each directory;
 * or no fanotify at all.
 */
export type FileMode = "filesystem" | "upper" | "directories" | "watch";

/** -1 for what there is not. */
export interface InheritedFds {
  /** fanotify group. */
  fanotify: number;
  /** fanotify group with open files, for the modes "upper" and "directories". */
  openFiles: number;
  /** The build directory in the upper layer, for the mode "upper". */
  upper: number;
  /** eBPF ring buffer, its loss counters, and the programs. */
  ring: number;
  losses: number;
  programs: number[];
}
