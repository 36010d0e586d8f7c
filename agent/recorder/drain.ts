import { bootMicroseconds } from "../kernel/clock.ts";
import { decode } from "../kernel/decode.ts";
import { mask, readBatch } from "../kernel/fanotify.ts";
import { readOpenFiles } from "../kernel/fanotify-files.ts";
import { type FileNotice, NoticeParser, type NoticeSink } from "../kernel/fanotify-parse.ts";
import { type Losses as RingLosses, readLosses, ringSize } from "../kernel/libbpf.ts";
import { close } from "../kernel/libc.ts";
import { Ring } from "../kernel/ring.ts";
import { Intake } from "./intake.ts";
import type { InheritedFds } from "./protocol.ts";

/** One read(2) takes this much at the most: some 2,500 events. */
const readBytes = 256 << 10;
/** Events are understood for this long between two readings, in microseconds. */
const sliceMicroseconds = 4000;
/**
 * How long the queues are left alone, in milliseconds, by how many events the last round brought. A file event's time is
 * known to this, which matters where pids are reused quickly; waking up is most of what recording costs.
 */
const pauses = [
  { events: 400, pause: 2 },
  { events: 100, pause: 10 },
  { events: 0, pause: 20 },
] as const;

const written = mask.closeWrite | mask.modify;

/** Where the events go. */
export interface DrainTarget {
  process(event: ReturnType<typeof decode>): void;
  /** After the queue of process events has been read up to `to`. Returns whether it concerns the build. */
  file(notice: FileNotice, from: number, to: number): boolean;
  /** A file was written to or closed after writing (`bits`), told by its open descriptor, which is the target's to use and not to keep. */
  written(bits: number, fd: number, pid: number, from: number, to: number): void;
  /** Every file event that happened before what was told by `written` has been handed over. */
  settleWritten(): void;
  /** A process opened a program to execute it. */
  opensToExecute(notice: FileNotice, from: number, to: number): void;
  /** Every file event that happened before this moment has been handed over. */
  understoodUntil(time: number): void;
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
  readonly #parser = new NoticeParser();
  readonly #ring: Ring | undefined;
  readonly #buffer = Buffer.alloc(readBytes);
  #ringLosses: RingLosses | undefined;
  /** The queue of file events was seen empty at this moment. */
  #emptyAt = bootMicroseconds();
  readonly #openFileBuffer = Buffer.alloc(4096);
  #openFilesEmptyAt = this.#emptyAt;
  #from = 0;
  #to = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #stopped = false;
  readonly counts = { fileEvents: 0, ofBuild: 0, processEvents: 0 };

  /** @param directory where a file is made if events have to wait on disk. */
  constructor(fds: InheritedFds, target: DrainTarget, directory: string) {
    this.#fds = fds;
    this.#target = target;
    this.#intake = new Intake(directory);
    if (fds.ring >= 0) this.#ring = new Ring(fds.ring, ringSize(fds.ring));
  }

  /** Reads from now on, until `stop`. */
  start(): void {
    const turn = () => {
      if (this.#stopped) return;
      const events = this.turn();
      if (!this.#intake.isEmpty) this.#timer = setImmediate(turn);
      else this.#timer = setTimeout(turn, pauses.find((each) => events >= each.events)!.pause);
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
  }

  /** Hands over everything that has happened until now. */
  finish(): void {
    const until = bootMicroseconds();
    do this.turn();
    while (!this.#intake.isEmpty || this.#emptyAt < until);
  }

  /** One round: reads both queues, then understands for a while. Returns how many events there were. */
  turn(): number {
    const before = this.counts.fileEvents + this.counts.processEvents;
    const isFirst = this.#fds.upper >= 0;
    if (isFirst) this.#readOpenFiles();
    this.#readFiles();
    this.#readProcesses();
    this.#understand();
    if (this.#intake.isEmpty) {
      if (isFirst) this.#target.settleWritten();
      else this.#readOpenFiles();
    }
    return this.counts.fileEvents + this.counts.processEvents - before;
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
    if (this.#target.file(notice, this.#from, this.#to)) this.counts.ofBuild++;
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

  #readFiles(): void {
    const { fanotify } = this.#fds;
    if (fanotify < 0) {
      this.#emptyAt = bootMicroseconds();
      return;
    }
    for (;;) {
      const before = bootMicroseconds();
      const count = readBatch(fanotify, this.#buffer);
      if (count < 0) {
        // The kernel could not give events a descriptor or memory: they stay queued, except the one in hand.
        this.#target.loss("file events", `reading failed with errno ${-count}`);
        return;
      }
      if (count > 0) this.#intake.push(this.#emptyAt, bootMicroseconds(), this.#buffer.subarray(0, count));
      // It returned with room left, so at some moment after `before` there was nothing more.
      if (count < readBytes - 4096) {
        this.#emptyAt = before;
        return;
      }
    }
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
      this.counts.fileEvents += count;
    }
  }

  #readProcesses(): void {
    const ring = this.#ring;
    if (ring === undefined) return;
    this.counts.processEvents += ring.consume((offset, length) =>
      this.#target.process(decode(ring.data, ring.view, offset, length)),
    );
  }

  #understand(): void {
    const until = bootMicroseconds() + sliceMicroseconds;
    do {
      const batch = this.#intake.shift();
      if (batch === undefined) break;
      this.#from = batch.from;
      this.#to = batch.to;
      this.counts.fileEvents += this.#parser.parse(batch.data, batch.data.length, this);
    } while (bootMicroseconds() < until);
    this.#target.understoodUntil(this.#intake.oldest(this.#emptyAt));
  }
}
