import { bootMicroseconds } from "../kernel/clock.ts";
import type { KernelEvent } from "../kernel/events.ts";
import { mask } from "../kernel/fanotify.ts";
import { readOpenFiles } from "../kernel/fanotify-files.ts";
import { type FileNotice, NoticeParser, type NoticeSink } from "../kernel/fanotify-parse.ts";
import { type Losses as RingLosses, readLosses, ringSize } from "../kernel/libbpf.ts";
import { close } from "../kernel/libc.ts";
import { Ring } from "../kernel/ring.ts";
import { FileQueue } from "./file-queue.ts";
import { Intake } from "./intake.ts";
import { ProcessQueue } from "./process-queue.ts";
import type { InheritedFds } from "./protocol.ts";

/**
 * How long the queues are left alone, in milliseconds, by how many bytes of file events the last reading brought (one has some
 * 120). A file event's time is known to this, which matters where pids are reused quickly. Looking costs a third of a
 * millisecond, since the build has taken the processor's caches meanwhile.
 */
const pauses = [
  { bytes: 48 << 10, pause: 2 },
  { bytes: 16 << 10, pause: 10 },
  { bytes: 2 << 10, pause: 30 },
  { bytes: 0, pause: 100 },
] as const;
/** The longest, where each directory must get a mark of its own before much is made in it. */
const longestForMarks = 20;
/** The longest, while processes do much that is told: the ring must not fill up. */
const longestForRing = 30;
/** How full the ring may become before it is emptied. */
const mostFill = 1 / 8;
/**
 * How long events wait to be understood, in microseconds, unless there are many. Whatever little there is to understand, it
 * takes half a millisecond to get at code and data again, and the build the same to get back its own.
 */
const patience = 200_000;
const patienceBytes = 192 << 10;
/** Events are understood for this long between two readings, in microseconds. */
const sliceMicroseconds = 4000;

const written = mask.closeWrite | mask.modify;

/** Where the events go. */
export interface DrainTarget {
  process(event: KernelEvent): void;
  /** After every process event before `to`. Returns whether it concerns the build. */
  file(notice: FileNotice, from: number, to: number): boolean;
  /** A file was written to or closed after writing (`bits`), told by its open descriptor, which is the target's to use and not to keep. */
  written(bits: number, fd: number, pid: number, from: number, to: number): void;
  /** Every file event that happened before what was told by `written` has been handed over. */
  settleWritten(): void;
  /** A process opened a program to execute it. */
  opensToExecute(notice: FileNotice, from: number, to: number): void;
  /** Every file event that happened before this moment has been handed over. */
  understoodUntil(time: number): void;
  /** The kernel's queues are looked at: file systems that are mounted for a moment only are seen as promptly. */
  checkMounts(): void;
  loss(what: string, detail: string, count?: number): void;
}

/**
 * Empties the kernel's two queues, promptly, and hands events over in an order in which a file event comes after
 * every process event that it can depend on. Reading never waits for understanding (see Intake).
 */
export class Drain implements NoticeSink {
  readonly #fds: InheritedFds;
  readonly #target: DrainTarget;
  readonly #intake: Intake;
  readonly #queue: FileQueue;
  readonly #parser = new NoticeParser();
  readonly #processes: ProcessQueue;
  #ringLosses: RingLosses | undefined;
  readonly #openFileBuffer = Buffer.alloc(4096);
  #openFilesEmptyAt = bootMicroseconds();
  #understoodAt = 0;
  #from = 0;
  #to = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #stopped = false;
  readonly #counts = { fileEvents: 0, ofBuild: 0 };

  /** @param directory where a file is made if events have to wait on disk. */
  constructor(fds: InheritedFds, target: DrainTarget, directory: string) {
    this.#fds = fds;
    this.#target = target;
    this.#intake = new Intake(directory);
    this.#queue = new FileQueue(fds.fanotify, this.#intake);
    this.#queue.onFailure = (errno) => target.loss("file events", `reading failed with errno ${errno}`);
    const ring = fds.ring < 0 ? undefined : new Ring(fds.ring, ringSize(fds.ring));
    this.#processes = new ProcessQueue(ring, new Intake(directory), (event) => target.process(event));
  }

  /** What has been handed over. */
  get counts(): { fileEvents: number; ofBuild: number; processEvents: number } {
    return { ...this.#counts, processEvents: this.#processes.count };
  }

  /** Reads from now on, until `stop`. */
  start(): void {
    const turn = () => {
      if (this.#stopped) return;
      const bytes = this.#read();
      const isBehind = this.#isDue() && !this.#understand();
      if (isBehind) this.#timer = setImmediate(turn);
      else this.#timer = setTimeout(turn, this.#pauseAfter(bytes));
    };
    turn();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer as NodeJS.Timeout);
      clearImmediate(this.#timer as NodeJS.Immediate);
    }
    this.#intake.close();
    this.#processes.close();
  }

  /** Hands over everything that has happened until now. */
  finish(): void {
    const until = bootMicroseconds();
    do this.#read();
    while (!this.#understand() || this.#queue.emptyAt < until);
  }

  /** Counts what the kernel could not deliver since the last time. */
  countLosses(): void {
    if (this.#fds.losses < 0) return;
    const now = readLosses(this.#fds.losses, this.#fds.programs);
    const last = this.#ringLosses;
    this.#ringLosses = now;
    for (const kind of Object.keys(now) as (keyof RingLosses)[]) {
      const count = now[kind] - (last?.[kind] ?? 0);
      if (count > 0) this.#target.loss("process events", kind, count);
    }
  }

  notice(notice: FileNotice): void {
    if ((notice.mask & mask.openExec) !== 0) {
      this.#target.opensToExecute(notice, this.#from, this.#to);
    }
    if (this.#target.file(notice, this.#from, this.#to)) this.#counts.ofBuild++;
  }

  overflow(): void {
    this.#target.loss("file events", "the kernel's queue overflowed");
  }

  malformed(reason: string): void {
    this.#target.loss("malformed", `file event: ${reason}`);
  }

  unknownRecord(type: number): void {
    this.#target.loss("malformed", `file event with a record of type ${type}`);
  }

  /** Reads file events. @returns how many bytes of them there were. */
  #read(): number {
    this.#target.checkMounts();
    // What is written on an overlayfs comes before what its upper layer tells: see WrittenFiles.
    if (this.#fds.upper >= 0) this.#readOpenFiles();
    return this.#queue.read();
  }

  #pauseAfter(bytes: number): number {
    const { pause } = pauses.find((each) => bytes >= each.bytes)!;
    if (this.#setsMarks) return Math.min(pause, longestForMarks);
    return this.#processes.fill > 1 / 64 ? Math.min(pause, longestForRing) : pause;
  }

  /** Directories get marks of their own, which cannot wait. */
  get #setsMarks(): boolean {
    return this.#fds.openFiles >= 0 && this.#fds.upper < 0;
  }

  #isDue(): boolean {
    if (this.#setsMarks) return true;
    return (
      this.#intake.bytes >= patienceBytes ||
      this.#processes.fill > mostFill ||
      bootMicroseconds() - this.#understoodAt >= patience
    );
  }

  /** Hands over file events for a while, and the process events that come before them. @returns false if there are more. */
  #understand(): boolean {
    this.#parse();
    if (!this.#intake.isEmpty) {
      if (this.#processes.fill > mostFill) this.#processes.makeRoom();
      return false;
    }
    this.#understoodAt = bootMicroseconds();
    this.#processes.handUntil(this.#understoodAt);
    if (this.#fds.upper >= 0) this.#target.settleWritten();
    else this.#readOpenFiles();
    return true;
  }

  // Where directories have marks of their own, after that queue has been understood, so that the file's directory is known.
  #readOpenFiles(): void {
    const { openFiles } = this.#fds;
    if (openFiles < 0) return;
    for (;;) {
      const before = bootMicroseconds();
      const to = before;
      const count = readOpenFiles(openFiles, this.#openFileBuffer, {
        file: (bits, pid, fd) => {
          if ((bits & written) !== 0)
            this.#target.written(bits & written, fd, pid, this.#openFilesEmptyAt, to);
          close(fd);
        },
        overflow: () => this.overflow(),
        malformed: (reason) => this.malformed(reason),
      });
      if (count < 0) this.#target.loss("file events", `reading open files failed with errno ${-count}`);
      if (count <= 0) {
        this.#openFilesEmptyAt = before;
        return;
      }
      this.#counts.fileEvents += count;
    }
  }

  #parse(): void {
    const until = bootMicroseconds() + sliceMicroseconds;
    do {
      const batch = this.#intake.shift();
      if (batch === undefined) break;
      this.#processes.handUntil(batch.to);
      this.#from = batch.from;
      this.#to = batch.to;
      this.#counts.fileEvents += this.#parser.parse(batch.data, batch.data.length, this);
    } while (bootMicroseconds() < until);
    this.#target.understoodUntil(this.#intake.oldest(this.#queue.emptyAt));
  }
}
