import type { MessagePort, Worker } from "node:worker_threads";
import { isFull } from "../../store/is-full.ts";

/** What a thread can be asked for: functions of plain data. */
export type Methods = Record<string, (...args: never[]) => unknown>;

/** The same, asked from another thread. */
export type Remote<M extends Methods> = {
  [K in keyof M]: (...args: Parameters<M[K]>) => Promise<Awaited<ReturnType<M[K]>>>;
};

interface Question {
  readonly number: number;
  readonly name: string;
  readonly args: readonly unknown[];
}
type Answer = { readonly number: number } & (
  | { readonly value: unknown }
  | { readonly name: string; readonly failure: string; readonly isFull: boolean }
);

/** A failure in another thread; `kind` is the error's name there, `code` ENOSPC if a full disk is the cause: see `isFull`. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";
  readonly kind: string;
  readonly code: string;

  constructor(kind: string, message: string, code = "") {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/** Answers what is asked over a port, one question after another. */
export function answerCalls(port: MessagePort, methods: Methods): void {
  let turn: Promise<void> = Promise.resolve();
  port.on("message", (question: Question) => {
    turn = turn.then(async () => port.postMessage(await answerTo(question, methods)));
  });
}

async function answerTo({ number, name, args }: Question, methods: Methods): Promise<Answer> {
  try {
    const value = await (methods[name] as (...args: unknown[]) => unknown)(...args);
    return { number, value };
  } catch (error) {
    const { name: kind, message } = error as Error;
    return { number, name: kind, failure: message, isFull: isFull(error) };
  }
}

/** Asks over a port. Questions that are open when it fails are refused with what `fail` was given. */
export class Caller {
  readonly #port: MessagePort | Worker;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #last = 0;
  #failure: Error | undefined;

  constructor(port: MessagePort | Worker) {
    this.#port = port;
    port.on("message", (answer: Answer) => this.#settle(answer));
  }

  /** Questions that are not answered yet. */
  get open(): number {
    return this.#open.size;
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const number = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#open.set(number, { resolve, reject });
      this.#port.postMessage({ number, name, args } satisfies Question);
    });
  }

  /** Nothing is answered any more. */
  fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }

  #settle(answer: Answer): void {
    const open = this.#open.get(answer.number);
    this.#open.delete(answer.number);
    if (open === undefined) return;
    if ("failure" in answer)
      open.reject(new ThreadError(answer.name, answer.failure, answer.isFull ? "ENOSPC" : ""));
    else open.resolve(answer.value);
  }
}

/** @param names of the methods: a type is not there when it runs. */
export function remote<M extends Methods>(caller: Caller, names: readonly (keyof M & string)[]): Remote<M> {
  const calls = names.map((name) => [name, (...args: unknown[]) => caller.call(name, ...args)]);
  return Object.fromEntries(calls) as Remote<M>;
}
