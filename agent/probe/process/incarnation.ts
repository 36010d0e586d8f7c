import type { ExecEvent } from "../../../proto/events.ts";

/** Nanoseconds in one unit of /proc/PID/stat's start time (proc_pid_stat(5)): USER_HZ is 100 on every port of Debian but alpha. */
export const tick = 10_000_000;

/** What is known of one exec besides its process and time. */
export type ExecFacts = Omit<ExecEvent, "kind" | "time" | "process" | "epoch">;

/** One call of exec, as file events are put in order with it. */
export interface Exec {
  epoch: number;
  time: number;
  /** Of the program. */
  name: string;
  /** Inodes of the regular files that it began with as standard output and standard error. */
  outputs: readonly number[];
  /** The kernel told that the program was opened for it (FAN_OPEN_EXEC). */
  isTold: boolean;
}

/** One process: a pid between a fork and an end. Times are microseconds of CLOCK_BOOTTIME. */
export interface Incarnation {
  readonly pid: number;
  /** The kernel's start time, nanoseconds: with the pid it names the process. */
  readonly start: number;
  readonly forked: number;
  ended: number;
  readonly parent: Incarnation | undefined;
  /** Which of its parent's commands it was forked from. */
  readonly parentEpoch: number;
  /** How many times it has called exec. */
  epoch: number;
  readonly execs: Exec[];
  /** Where the stream of file events has come to in the order of its execs: it runs behind `epoch`. */
  readonly order: {
    epoch: number;
    /**
     * Programs opened to be executed, by an exec that is still to come, and the window in which. Doubtful: it may have
     * been for an exec that was put in order without it.
     */
    opened: { name: string; from: number; to: number; isDoubtful: boolean }[];
    /** The last exec that was put in order by a doubtful opening: until its time, it may not have happened yet. */
    doubtUntil: number;
    /**
     * Programs that execs have lately been put in order by, and the end of the window in which they were opened.
     * One that was used before: its opening may be that of a later exec, and this exec's not have been told.
     */
    used: { name: string; to: number; isAgain: boolean }[];
  };
  /** Not below the command that Isotrace started. */
  outside: boolean;
  /** Its children are the build: Isotrace's supervisor. */
  startsBuild: boolean;
  /** A process of Isotrace itself. */
  own: boolean;
  /** Its number in the recording; 0 while it is not in it. */
  id: number;
  /** What it runs now; undefined before its first exec. */
  facts: ExecFacts | undefined;
  /** Execs that the recording does not have yet. */
  unwritten: { epoch: number; time: number; facts: ExecFacts }[];
}
