import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { freePort } from "../../lib/free-port.ts";
import { isotrace } from "../../lib/paths.ts";
import { undoAtEnd } from "./undo.ts";

export interface CollectorOptions {
  readonly data: string;
  /** Default: the loopback. Elsewhere the collector needs a token (`makeToken`). */
  readonly host?: string;
  /** Default: a free one of the loopback. */
  readonly port?: number;
  /** Further options of `isotrace collect`. */
  readonly args?: readonly string[];
  /** A command that runs the command behind it, as `nsenter --net=... --` does. It must become it (execve(2)). */
  readonly within?: readonly string[];
}

/** One thing that a collector says. */
export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly [fact: string]: string | number;
}

/** A collector's own process, which can be killed and started again on the same port and data. */
export class CollectorProcess {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  /** What all processes one after another have said. */
  readonly log: LogLine[] = [];
  /** What they have said that is no line of their log. */
  readonly noise: string[] = [];
  readonly #options: CollectorOptions;
  #child: ChildProcess | undefined;
  readonly #undo = undoAtEnd(() => void this.#child?.kill("SIGKILL"));

  private constructor(options: CollectorOptions, port: number) {
    this.#options = options;
    this.data = options.data;
    this.host = options.host ?? "127.0.0.1";
    this.port = port;
  }

  /** Starts one, and waits until it listens. */
  static async start(options: CollectorOptions): Promise<CollectorProcess> {
    const collector = new CollectorProcess(options, options.port ?? (await freePort()));
    await collector.start();
    return collector;
  }

  get url(): string {
    return `ws://${this.host}:${this.port}`;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Again, after it was killed or stopped. @throws Error if it ends before it listens */
  async start(): Promise<void> {
    const { within = [], args = [] } = this.#options;
    const listen = `${this.host}:${this.port}`;
    const command = [isotrace, "collect", "--listen", listen, "--data", this.data, ...args];
    const [file, ...rest] = [...within, ...command];
    const child = spawn(file!, rest, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    const isListening = new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stderr! })
        .on("line", (text) => {
          if (this.#keep(text) === "listening") resolve();
        })
        .on("close", () => reject(new Error(`the collector ended: ${this.noise.join("\n")}`)));
    });
    await isListening;
  }

  /** As power does that fails for this process alone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (!this.isRunning) return;
    const end = once(this.#child!, "exit");
    this.#child!.kill(signal);
    await end;
  }

  /** How often it has said something. */
  count(event: string): number {
    return this.log.filter((line) => line.event === event).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#undo();
  }

  /** @returns what happened, if it is a line of its log */
  #keep(text: string): string | undefined {
    try {
      const line = JSON.parse(text) as LogLine;
      this.log.push(line);
      return line.event;
    } catch {
      this.noise.push(text); // an error message, or a stack
      return undefined;
    }
  }
}

/** @returns a token for agents, which the collector of this directory knows from now on */
export async function makeToken(data: string, name = "agent"): Promise<string> {
  const args = ["collect", "token", "make", name, "--scope", "ingest", "--data", data];
  return (await execa(isotrace, args)).stdout;
}
