import { type ChildProcess, spawn } from "node:child_process";
import { programPath } from "../program.ts";
import type { Target } from "../uplink/link.ts";
import type { FromUplink, ToUplink } from "../uplink/main.ts";

/** How long, after the build has ended, a collector that does not answer is tried, in milliseconds. */
const patience = 30_000;

/** One that cannot be kept alive is given up after this many deaths in a row; one that lived so long was alive. Milliseconds. */
const deathsInARow = 5;
const lived = 10_000;

/**
 * Keeps one process that sends a recording while it is made. Whatever becomes of it, the build and the recording go on; one
 * that dies is replaced, and the collector says where to go on.
 */
export class UplinkProcess {
  readonly #start: Extract<ToUplink, { kind: "start" }>;
  readonly #say: (line: string) => void;
  readonly #settled: Promise<string | undefined>;
  #settle: (problem: string | undefined) => void = () => {};
  #child: ChildProcess | undefined;
  #deaths = 0;
  #hasEnded = false;
  #isSettled = false;

  /** @param say tells the user of trouble, one line. */
  constructor(target: Target, recording: string, say: (line: string) => void) {
    this.#start = { kind: "start", recording, target, patience };
    this.#say = say;
    this.#settled = new Promise((resolve) => {
      this.#settle = (problem) => {
        this.#isSettled = true;
        resolve(problem);
      };
    });
    this.#launch();
  }

  /** Of the process, for tests that kill it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The recording is closed: waits until all of it is sent. @returns why it could not be; undefined if it is */
  async finish(): Promise<string | undefined> {
    this.#hasEnded = true;
    this.#send({ kind: "ended" });
    const problem = await this.#settled;
    if (this.#child?.connected) this.#child.disconnect();
    return problem;
  }

  #launch(): void {
    // A session of its own: Ctrl-C at the terminal is for the build.
    const child = spawn(process.execPath, [programPath(import.meta.url, "../uplink/main")], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
      detached: true,
      cwd: "/",
    });
    const began = performance.now();
    this.#child = child;
    child.on("message", (message: FromUplink) => this.#receive(message));
    child.once("error", (error) => this.#died(child, began, error.message));
    child.once("exit", (status, signal) => this.#died(child, began, signal ?? `status ${status}`));
    this.#send(this.#start);
    if (this.#hasEnded) this.#send({ kind: "ended" });
  }

  #receive(message: FromUplink): void {
    switch (message.kind) {
      case "trouble":
        this.#say(`${this.#start.target.url}: ${message.message}; it is tried again`);
        return;
      case "sent":
        this.#settle(undefined);
        return;
      case "failed":
        this.#settle(message.message);
        return;
      default:
        message satisfies never;
    }
  }

  #died(child: ChildProcess, began: number, because: string): void {
    if (this.#child !== child || this.#isSettled) return;
    this.#deaths = performance.now() - began > lived ? 1 : this.#deaths + 1;
    if (this.#deaths >= deathsInARow) {
      this.#settle(`what sends it ended ${this.#deaths} times in a row (${because})`);
      return;
    }
    this.#say(`uplink: what sends the recording ended (${because}); a new one goes on`);
    this.#launch();
  }

  #send(message: ToUplink): void {
    const child = this.#child;
    if (!child?.connected) return;
    child.send(message, (error) => {
      if (error !== null) child.kill("SIGKILL"); // it ends, and its end says so
    });
  }
}
