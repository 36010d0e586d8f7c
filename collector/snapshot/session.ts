import { type Instance, readInstance } from "./instance.ts";
import { Signer } from "./key/signer.ts";
import type { Layout } from "./layout.ts";
import { lock } from "./lock.ts";
import { recover } from "./recover.ts";
import { Database } from "./reprepro/database.ts";
import { readState, type State, writeState } from "./state.ts";

/** How a command tells what it does: one line each. */
export type Say = (line: string) => void;

/** One command that changes an instance, from lock to unlock. */
export class Session implements AsyncDisposable {
  readonly layout: Layout;
  readonly instance: Instance;
  readonly state: State;
  readonly say: Say;
  readonly #lock: Disposable;
  #signer: Promise<Signer> | undefined;

  private constructor(layout: Layout, instance: Instance, held: Disposable, say: Say) {
    this.layout = layout;
    this.instance = instance;
    this.state = readState(layout);
    this.say = say;
    this.#lock = held;
  }

  /**
   * Waits for the lock, and mends or finishes what a killed command has left.
   * @param wait seconds.
   * @throws SnapshotError
   */
  static async open(layout: Layout, command: string, wait: number, say: Say): Promise<Session> {
    const instance = readInstance(layout);
    const held = lock(layout, command, wait);
    try {
      const session = new Session(layout, instance, held, say);
      await recover(session);
      return session;
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  }

  database(archive: string): Database {
    return new Database(this.layout.base(archive));
  }

  signer(): Promise<Signer> {
    this.#signer ??= Signer.open(this.layout, this.instance.name);
    return this.#signer;
  }

  /** What is in `state` becomes true. */
  save(): void {
    writeState(this.layout, this.state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#signer !== undefined) await (await this.#signer)[Symbol.asyncDispose]();
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}
