import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { dirname } from "node:path";
import { Drain } from "./drain.ts";
import type { FromRecorder, Start, ToRecorder } from "./protocol.ts";
import { Session } from "./session.ts";

/** What was seen is on disk after this many milliseconds. */
const flushInterval = 1000;

/** The recorder's process: told by the supervisor what to record, until the build has ended. */
function main(): void {
  takePrecedence();
  let recorder: Recorder | undefined;
  process.on("message", (message: ToRecorder) => {
    try {
      if (message.kind === "start") recorder = new Recorder(message.start);
      else recorder?.receive(message);
    } catch (error) {
      fail(error);
    }
  });
  process.on("disconnect", () => {
    // The supervisor is gone, and the build's terminal with it: keep what there is.
    recorder?.close();
    process.exit(1);
  });
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
}

/** It must never fall behind: a file event's time is known as exactly as the queue is read promptly. */
function takePrecedence(): void {
  try {
    setPriority(-10);
  } catch (error) {
    // CAP_SYS_NICE is needed (setpriority(2)), which not every container has: it can record all the same.
    const code = (error as { info?: { code?: string } }).info?.code;
    if (code !== "EACCES" && code !== "EPERM") throw error;
  }
}

function fail(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const shown = process.env.ISOTRACE_DEBUG === undefined ? message : (stack ?? message);
  tell({ kind: "failed", message: shown }, () => process.exit(1));
}

class Recorder {
  readonly #session: Session;
  readonly #drain: Drain;
  readonly #timer: NodeJS.Timeout;
  #outputNumber = 0;
  #outputKept = 0;
  #finishing = false;

  constructor(start: Start) {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    this.#session = new Session(start, version);
    // At once: the next recorder gets again what this one is not known to have kept.
    this.#session.writer.onWritten = () => this.#tellKept();
    this.#session.onEnded = (status, signal) => tell({ kind: "ended", status, signal });
    this.#drain = new Drain(start.fds, this.#session, dirname(start.recording));
    this.#session.takeStock();
    this.#session.writer.flush();
    this.#drain.start();
    this.#timer = setInterval(() => this.#flush(), flushInterval);
    tell({ kind: "ready" });
  }

  receive(message: Exclude<ToRecorder, { kind: "start" }>): void {
    const { writer } = this.#session;
    switch (message.kind) {
      case "output":
        for (const { number, time, stream, data } of message.outputs) {
          this.#outputNumber = number;
          writer.add({ kind: "output", time, data, stream });
        }
        return;
      case "finish":
        if (!this.#finishing) this.#finish(message).catch(fail);
        this.#finishing = true;
        return;
      default:
        message satisfies never;
    }
  }

  close(): void {
    this.#drain.stop();
    this.#session.writer.close();
  }

  #flush(): void {
    const { writer, losses } = this.#session;
    this.#session.checkClock();
    this.#drain.countLosses();
    losses.write();
    writer.flush();
    const { ofBuild, processEvents } = this.#drain.counts;
    tell({
      kind: "progress",
      events: ofBuild,
      processes: processEvents,
      losses: losses.total,
      size: writer.size,
    });
  }

  /** While blocks wait for a full disk, the supervisor keeps the output, too. */
  #tellKept(): void {
    if (this.#outputNumber === this.#outputKept) return;
    this.#outputKept = this.#outputNumber;
    tell({ kind: "kept", number: this.#outputKept });
  }

  async #finish(end: Extract<ToRecorder, { kind: "finish" }>): Promise<void> {
    const session = this.#session;
    this.#drain.finish();
    await session.finish(end.outcome);
    this.#drain.finish();
    this.#drain.stop();
    clearInterval(this.#timer);
    this.#flush();
    await session.close();
    const { status, signal, outcome } = end;
    const closed = session.writer.close({
      kind: "end",
      time: session.now(),
      status,
      signal,
      outcome,
      counts: Object.entries({ ...this.#drain.counts, ...ownCost() }).map(([what, count]) => ({
        what,
        count,
        bytes: 0,
        flags: 0,
      })),
    });
    tell({ kind: "finished", closed }, () => process.disconnect());
  }
}

/** What recording has cost, this process and its children apart (getrusage(2)): for benchmarks, not for reports. */
function ownCost(): Record<string, number> {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMicroseconds: userCPUTime + systemCPUTime, peakKilobytes: maxRSS };
}

function tell(message: FromRecorder, then: () => void = () => {}): void {
  if (process.connected) process.send?.(message, then);
  else then();
}

main();
