import { type ChildProcess, spawn } from "node:child_process";
import { programPath } from "../program.ts";
import type { FromRecorder, InheritedFds, Output, Start, ToRecorder } from "../recorder/protocol.ts";

const program = programPath(import.meta.url, "../recorder/main");
/** Output that no recorder has kept yet; beyond this the oldest is given up, and counted. */
const pendingBytes = 8 << 20;
/** Output is told this late, in milliseconds: each telling costs both processes a third of a millisecond. */
const outputDelay = 250;
/** But not more pieces than this, of some 64 KB at the most. */
const mostUntold = 32;
/** A recorder that cannot be kept alive is given up after this many deaths in a row. */
const deathsInARow = 5;

/** Its few threads need no heap each (mallopt(3)), nor many threads at all. */
const sparing = { MALLOC_ARENA_MAX: "1", UV_THREADPOOL_SIZE: "1" };

/** For V8, whose own choices are those of a program that has the machine to itself. */
const engine = [
  // A heap this small is collected faster by one thread than by as many as there are processors. It is collected by hand, too,
  // where V8 does not see what is to be had.
  "--max-semi-space-size=4",
  // From the beginning: it would come to that by collecting the more often.
  "--min-semi-space-size=4",
  "--single-threaded-gc",
  "--expose-gc",
  // It begins as large as it becomes: V8 would collect at each step. It grows by little beyond: V8 would let garbage become as
  // much as there is in use, and twice that in a storm.
  "--initial-old-space-size=32",
  "--heap-growing-percent=30",
  // The best compiler costs more than it saves before some hundred thousand events: its code is for longer builds.
  "--invocation-count-for-turbofan=300000",
];

type Finish = Extract<ToRecorder, { kind: "finish" }>;

/**
 * Keeps one recorder running for the length of a build. A recorder that dies is replaced: the kernel handles
 * are the supervisor's, so the new one goes on reading where the old one stopped, and what the old one had
 * read and not yet written is the gap. The build never waits for any of this.
 */
export class RecorderProcess {
  readonly #start: Omit<Start, "recorder" | "gap" | "fds">;
  readonly #fds: InheritedFds;
  #child: ChildProcess | undefined;
  #count = 0;
  #deaths = 0;
  #pending: Output[] = [];
  #pendingBytes = 0;
  /** The number of the last that this recorder was told. */
  #told = 0;
  #timer: NodeJS.Timeout | undefined;
  #outputNumber = 0;
  #finish: Finish | undefined;
  /** What a recorder said before it ended by itself. */
  #failure: string | undefined;
  #ready: ((ready: boolean) => void) | undefined;
  #finished: ((whole: boolean) => void) | undefined;
  /** How the build that `attach` waits for ended: that can be told before `start` has returned. */
  readonly ended: Promise<{ status: number; signal: number }>;
  #ended: (end: { status: number; signal: number }) => void = () => {};
  onProgress: (progress: Extract<FromRecorder, { kind: "progress" }>) => void = () => {};
  /** Called with one line for the builder when the recorder is in trouble. */
  onTrouble: (message: string) => void = () => {};

  constructor(start: Omit<Start, "recorder" | "gap" | "fds">, fds: InheritedFds) {
    this.#start = start;
    this.#fds = fds;
    this.ended = new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  /** The recorder's process id, for tests that kill it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts recording. @returns false if no recorder could be started. */
  start(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#ready = resolve;
      this.#launch("");
    });
  }

  output(time: number, stream: number, data: Uint8Array): void {
    this.#pending.push({ number: ++this.#outputNumber, time, stream, data });
    this.#pendingBytes += data.length;
    while (this.#pendingBytes > pendingBytes) this.#pendingBytes -= this.#pending.shift()!.data.length;
    if (this.#outputNumber - this.#told >= mostUntold) this.#tellOutput();
    else this.#timer ??= setTimeout(() => this.#tellOutput(), outputDelay);
  }

  /** The build has ended. @returns true when the recording is closed, false if it could not be. */
  finish(finish: Omit<Finish, "kind">): Promise<boolean> {
    return new Promise((resolve) => {
      this.#finish = { kind: "finish", ...finish };
      this.#finished = resolve;
      if (this.#child === undefined) return resolve(false);
      this.#tellOutput();
      this.#send(this.#finish);
    });
  }

  #launch(gap: string): void {
    const { fanotify, openFiles, upper, ring, losses, programs } = this.#fds;
    const handles = [fanotify, openFiles, upper, ring, losses, ...programs].map((fd) =>
      fd < 0 ? "ignore" : fd,
    );
    // A session of its own: Ctrl-C at the terminal is for the build.
    const child = spawn(process.execPath, [...engine, program], {
      stdio: ["ignore", "ignore", "inherit", "ipc", ...handles] as never,
      serialization: "advanced",
      detached: true,
      cwd: "/",
      env: { ...process.env, ...sparing },
    });
    this.#child = child;
    child.on("message", (message: FromRecorder) => this.#receive(message));
    child.once("error", (error) => this.#died(child, error.message));
    child.once("exit", (status, signal) => this.#died(child, signal ?? `status ${status}`));
    const numbers = handles.map((fd, i) => (fd === "ignore" ? -1 : 4 + i));
    this.#send({
      kind: "start",
      start: {
        ...this.#start,
        recorder: this.#count++,
        gap,
        fds: {
          fanotify: numbers[0]!,
          openFiles: numbers[1]!,
          upper: numbers[2]!,
          ring: numbers[3]!,
          losses: numbers[4]!,
          programs: numbers.slice(5),
        },
      },
    });
    this.#told = 0;
    this.#tellOutput();
    if (this.#finish !== undefined) this.#send(this.#finish);
  }

  #tellOutput(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const untold = this.#outputNumber - this.#told;
    this.#told = this.#outputNumber;
    if (untold > 0) this.#send({ kind: "output", outputs: this.#pending.slice(-untold) });
  }

  #receive(message: FromRecorder): void {
    switch (message.kind) {
      case "ready":
        // One that can begin and not end would be started without end.
        if (this.#finish === undefined) this.#deaths = 0;
        this.#ready?.(true);
        this.#ready = undefined;
        return;
      case "kept":
        while (this.#pending.length > 0 && this.#pending[0]!.number <= message.number) {
          this.#pendingBytes -= this.#pending.shift()!.data.length;
        }
        return;
      case "progress":
        this.onProgress(message);
        return;
      case "ended":
        this.#ended(message);
        return;
      case "finished":
        if (!message.closed)
          this.onTrouble(
            "recorder: the disk is full: the recording has no end; free space, and analyze what there is",
          );
        this.#finished?.(message.closed);
        this.#finished = undefined;
        return;
      case "failed":
        this.#failure = message.message;
        return;
      default:
        message satisfies never;
    }
  }

  #died(child: ChildProcess, end: string): void {
    if (this.#child !== child) return;
    const because = this.#failure ?? end;
    this.#failure = undefined;
    this.#child = undefined;
    if (this.#finish !== undefined && this.#finished === undefined) return; // it had finished
    if (++this.#deaths >= deathsInARow) {
      this.onTrouble(
        `recorder: ended ${this.#deaths} times in a row (${because}); the build goes on without being recorded`,
      );
      this.#ready?.(false);
      this.#finished?.(false);
      this.#finished = undefined;
      return;
    }
    this.onTrouble(`recorder: ended (${because}); a new one goes on, and the report will say incomplete`);
    this.#launch(`the recorder ended: ${because}`);
  }

  #send(message: ToRecorder): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }
}
