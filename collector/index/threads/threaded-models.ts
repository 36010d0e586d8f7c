import { type MessagePort, Worker } from "node:worker_threads";
import { programPath } from "../../program.ts";
import type { Models } from "../models/models.ts";
import { Caller, type Remote } from "./calls.ts";

/** What a thread may take before it is ended, in MB: a model at its limit takes less. */
const mostMemory = 3072;
/** Questions that may wait: more are refused, since nobody waits so long. */
const mostWaiting = 64;

type Asked = Remote<Pick<Models, "describe" | "digest" | "why" | "manifest" | "findings" | "diff">>;

/** Too many questions wait. */
export class Overloaded extends Error {
  override readonly name = "Overloaded";
}

/** The models, as the collector's main thread has them. A thread that fails takes its questions with it; the next has another. */
export class ThreadedModels {
  readonly #connect: () => MessagePort;
  #isClosed = false;
  #thread: { worker: Worker; caller: Caller } | undefined;

  /** @param connect a way to the index, for each thread that is started. */
  constructor(connect: () => MessagePort) {
    this.#connect = connect;
  }

  /** @throws Overloaded, or a ThreadError of what the models throw */
  ask<K extends keyof Asked>(name: K, ...args: Parameters<Asked[K]>): ReturnType<Asked[K]> {
    if (this.#isClosed) return Promise.reject(new Error("the collector ends")) as ReturnType<Asked[K]>;
    this.#thread ??= this.#start();
    const { caller } = this.#thread;
    if (caller.open >= mostWaiting)
      return Promise.reject(new Overloaded("too many questions wait; ask again later")) as ReturnType<
        Asked[K]
      >;
    return caller.call(name, ...args) as ReturnType<Asked[K]>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.worker.terminate();
  }

  #start(): { worker: Worker; caller: Caller } {
    const worker = new Worker(programPath(import.meta.url, "./models-thread"), {
      resourceLimits: { maxOldGenerationSizeMb: mostMemory },
    });
    const caller = new Caller(worker);
    worker.on("error", (error) => this.#failed(caller, error as Error));
    worker.on("exit", () => this.#failed(caller, new Error("the thread that reads recordings has ended")));
    const port = this.#connect();
    worker.postMessage({ number: 0, name: "connect", args: [port] }, [port]);
    return { worker, caller };
  }

  #failed(caller: Caller, error: Error): void {
    caller.fail(error);
    if (this.#thread?.caller === caller) this.#thread = undefined;
  }
}
