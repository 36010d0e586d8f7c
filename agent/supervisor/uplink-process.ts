import { type ChildProcess, spawn } from "node:child_process";
import { programPath } from "../program.ts";
import type { Target } from "../uplink/link.ts";
import type { FromUplink, ToUplink } from "../uplink/main.ts";

/** How long, after the build has ended, a collector that does not answer is tried, in milliseconds. */
const patience = 30_000;

/** The process that sends a recording while it is made. Whatever becomes of it, the build and the recording go on. */
export class UplinkProcess {
  readonly #child: ChildProcess;
  readonly #settled: Promise<string | undefined>;

  /** @param say tells the user of trouble, one line. */
  constructor(target: Target, recording: string, say: (line: string) => void) {
    // A session of its own: Ctrl-C at the terminal is for the build.
    this.#child = spawn(process.execPath, [programPath(import.meta.url, "../uplink/main")], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
      detached: true,
      cwd: "/",
    });
    this.#settled = new Promise((resolve) => {
      this.#child.on("message", (message: FromUplink) => {
        if (message.kind === "trouble") say(`${target.url}: ${message.message}; it is tried again`);
        else resolve(message.kind === "sent" ? undefined : message.message);
      });
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("exit", (status, signal) =>
        resolve(`what sends it ended with ${signal ?? `status ${status}`}`),
      );
    });
    this.#send({ kind: "start", recording, target, patience });
  }

  /** The recording is closed: waits until all of it is sent. @returns why it could not be; undefined if it is */
  async finish(): Promise<string | undefined> {
    this.#send({ kind: "ended" });
    const problem = await this.#settled;
    if (this.#child.connected) this.#child.disconnect();
    return problem;
  }

  #send(message: ToUplink): void {
    if (!this.#child.connected) return;
    this.#child.send(message, (error) => {
      if (error !== null) this.#child.kill("SIGKILL"); // it ends, and its end says so
    });
  }
}
