import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { rootEnvironment } from "../kernel/chroot.ts";
import { programPath } from "../program.ts";
import type { Findings, Survey } from "./protocol.ts";

const program = programPath(import.meta.url, "./main");
/** It ends after so long without a question, in milliseconds: a process inside keeps a mounted chroot busy. */
const idle = 10_000;
/** A question is given up after this, in milliseconds: hostile content must not hold up the recording. */
const patience = 60_000;
/** Megabytes of its heap. What it reads of files lies outside of that. */
const heap = 512;

interface Waiting {
  id: number;
  child: ChildProcess;
  resolve: (findings: Findings) => void;
  reject: (error: Error) => void;
}

/** Asks the process inside one chroot; starts it when it is needed, by the directory's descriptor, wherever it has moved. */
export class Inside {
  readonly #open: () => number;
  #child: ChildProcess | undefined;
  #waiting: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  /** @param open opens the chroot's directory; the descriptor is closed here. */
  constructor(open: () => number) {
    this.#open = open;
  }

  /** One question at a time. @throws Error if the chroot is gone, or the process failed: nothing was found out then. */
  survey(question: Omit<Survey, "id">): Promise<Findings> {
    clearTimeout(this.#timer);
    const child = this.#child ?? this.#start();
    const id = ++this.#last;
    return new Promise<Findings>((resolve, reject) => {
      this.#waiting = { id, child, resolve, reject };
      this.#timer = setTimeout(() => child.kill("SIGKILL"), patience);
      child.send({ id, ...question } satisfies Survey, (error) => {
        if (error === null) return;
        child.kill("SIGKILL");
        this.#ended(child, error.message);
      });
    });
  }

  /** Lets the process end. @returns when it has ended. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    if (this.#waiting !== undefined) child?.kill("SIGKILL"); // nobody waits for its answer any more
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (child.connected) child.disconnect();
    await once(child, "exit");
  }

  #start(): ChildProcess {
    const directory = this.#open();
    // A session of its own: Ctrl-C is for the build.
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${heap}`, "--max-semi-space-size=2", program],
      {
        stdio: ["ignore", "ignore", "ignore", "ipc", directory],
        serialization: "advanced",
        detached: true,
        cwd: "/",
        env: rootEnvironment(),
      },
    );
    closeSync(directory);
    child.on("message", (findings: Findings) => this.#answered(findings));
    child.once("error", (error) => this.#ended(child, error.message));
    child.once("exit", (status, signal) => this.#ended(child, signal ?? `status ${status}`));
    this.#child = child;
    return child;
  }

  #answered(findings: Findings): void {
    if (this.#waiting?.id !== findings.id) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), idle);
    resolve(findings);
  }

  #ended(child: ChildProcess, because: string): void {
    if (this.#child === child) this.#child = undefined;
    const waiting = this.#waiting;
    // One that was let go after some idle seconds can end while the next is asked already.
    if (waiting?.child !== child) return;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    waiting.reject(new Error(`the process inside the chroot ended (${because})`));
  }
}
