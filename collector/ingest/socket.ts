import type { Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { WebSocket } from "ws";
import { KeepAlive, keepAlive } from "../../proto/keep-alive.ts";
import { BadFrame, decodeFrame, encodeFrame, type Frame, type RefusalCode } from "../../proto/uplink.ts";
import type { Metrics } from "../server/metrics.ts";
import { isFull } from "../store/is-full.ts";
import type { RecordingStore } from "../store/recording-store.ts";
import type { Rates } from "./rates.ts";
import { type Allowance, IngestSession, Refused, type Sink } from "./session.ts";

/** What was appended is made durable after so long at the latest, together: a disk syncs as slowly for one block as for many. Milliseconds. */
const settling = 50;
/** Who has not said hello by then will not. Milliseconds. */
const greeting = 10_000;
/** How long a client that was refused may take to close. Milliseconds. */
const leaving = 2_000;
/** Bytes of frames that wait to be taken: more are left to the network. */
const mostWaiting = 16 << 20;
/** Bytes that are appended and not durable: half of what an agent may send ahead. */
const mostPending = 4 << 20;
/** How long one client is served before the others have their turn. Milliseconds. */
const mostTurn = 5;

export type Log = (level: "info" | "warn", event: string, facts: Record<string, string | number>) => void;

/** What connections share. */
export interface Intake {
  readonly store: RecordingStore;
  readonly sink: Sink;
  readonly rates: Rates;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Takes one agent's frames from a socket, one after another, until it has sent a recording or is sent away.
 * @param stream what the socket stands on.
 */
export function ingest(
  socket: WebSocket,
  stream: Pick<Socket, "bytesRead">,
  intake: Intake,
  allowance: Allowance,
): void {
  new Connection(socket, stream, intake, allowance).open();
}

class Connection {
  readonly #socket: WebSocket;
  readonly #stream: Pick<Socket, "bytesRead">;
  readonly #intake: Intake;
  readonly #owner: string;
  readonly #session: IngestSession;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #counted = { blocks: 0, events: 0 };
  #isWorking = false;
  #isSettleDue = false;
  #isOver = false;
  readonly #keepAlive = new KeepAlive(performance.now());
  #settleTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #greetingTimer: NodeJS.Timeout | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, stream: Pick<Socket, "bytesRead">, intake: Intake, allowance: Allowance) {
    this.#socket = socket;
    this.#stream = stream;
    this.#intake = intake;
    this.#owner = allowance.owner;
    this.#session = new IngestSession(intake.store, allowance, intake.sink);
  }

  open(): void {
    const socket = this.#socket;
    this.#intake.metrics.connected(1);
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("error", (error) => this.#log("uplink error", { message: error.message }));
    socket.on("close", () => this.#close());
    this.#lookTimer = setInterval(() => this.#ask(), keepAlive.look);
    this.#greetingTimer = setTimeout(() => this.#refuseSilent(), greeting);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#isOver) return;
    if (!isBinary) {
      this.#refuse("protocol", "a message must be binary, but it is text", false);
      return;
    }
    this.#queue.push(data);
    this.#queued += data.length;
    this.#intake.metrics.received(data.length);
    if (this.#queued > mostWaiting) this.#socket.pause();
    void this.#work();
  }

  /** One thing at a time: the next frame is taken when the one before is appended, and not while there is a sync. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      await this.#takeAll();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isOver) await this.#finish();
    this.#isWorking = false;
  }

  async #takeAll(): Promise<void> {
    let turn = performance.now();
    while (!this.#isOver) {
      const data = this.#queue.shift();
      if (data !== undefined) await this.#take(data);
      else if (this.#isSettleDue) await this.#settle();
      else return;
      if (this.#isSettleDue && this.#session.pending > mostPending) await this.#settle();
      if (performance.now() - turn < mostTurn) continue;
      await nextTurn();
      turn = performance.now();
    }
  }

  async #take(data: Buffer): Promise<void> {
    this.#queued -= data.length;
    const before = this.#session.cost;
    const answer = await this.#session.take(decodeFrame(data));
    this.#count();
    if (answer !== undefined) this.#send(answer);
    if (answer?.kind === "done") this.#leave(1000);
    this.#settleSoon();
    const cost = this.#session.cost - before;
    const pause = cost === 0 ? 0 : this.#intake.rates.charge(this.#owner, cost);
    if (pause > 0) await this.#rest(pause);
    else if (this.#socket.isPaused && this.#queued < mostWaiting / 2) this.#socket.resume();
  }

  /** The owner has sent faster than it may: the network holds back the rest. */
  async #rest(milliseconds: number): Promise<void> {
    this.#intake.metrics.held(milliseconds);
    this.#socket.pause();
    // What is appended must be acknowledged all the same: who sends has a window.
    await this.#settle();
    for (const end = performance.now() + milliseconds; !this.#isOver && performance.now() < end; )
      await wait(Math.min(end - performance.now(), keepAlive.look));
    this.#socket.resume();
  }

  #settleSoon(): void {
    this.#settleTimer ??= setTimeout(() => {
      this.#settleTimer = undefined;
      this.#isSettleDue = true;
      void this.#work();
    }, settling);
  }

  async #settle(): Promise<void> {
    this.#isSettleDue = false;
    const frame = await this.#session.settle();
    this.#count();
    if (frame !== undefined) this.#send(frame);
  }

  #count(): void {
    const { blocks, events } = this.#session;
    if (blocks > this.#counted.blocks)
      this.#intake.metrics.stored(blocks - this.#counted.blocks, events - this.#counted.events);
    this.#counted = { blocks, events };
  }

  #fail(error: unknown): void {
    if (error instanceof Refused) this.#refuse(error.code, error.message, error.again);
    else if (error instanceof BadFrame) this.#refuse("protocol", error.message, false);
    else if (isFull(error)) this.#refuse("full", "the collector's disk is full", true);
    else {
      this.#log("uplink failed", { message: (error as Error).message });
      this.#refuse("protocol", "the collector failed; its log says why", true);
    }
  }

  #refuseSilent(): void {
    if (!this.#session.isGreeted && this.#queue.length === 0)
      this.#refuse("protocol", `hello must come within ${greeting / 1000} s`, true);
  }

  #refuse(code: RefusalCode, message: string, again: boolean): void {
    if (this.#isOver) return;
    this.#intake.metrics.refused(code);
    this.#log("uplink refused", { code, message });
    this.#send({ kind: "refusal", code, message, again });
    this.#leave(1008);
    void this.#work();
  }

  #leave(code: number): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#socket.resume();
    this.#socket.close(code);
    this.#leaveTimer = setTimeout(() => this.#socket.terminate(), leaving).unref();
  }

  #send(frame: Frame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(encodeFrame(frame));
  }

  #ask(): void {
    const now = performance.now();
    if (this.#socket.isPaused) this.#keepAlive.hear(now); // a client that is not read cannot be heard
    const verdict = this.#keepAlive.look(this.#stream.bytesRead, now);
    if (verdict === "dead" && !this.#isOver) {
      this.#log("uplink silent", { seconds: keepAlive.silence / 1000 });
      this.#socket.terminate();
    }
    if (verdict === "ask" && this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #close(): void {
    this.#intake.metrics.connected(-1);
    this.#isOver = true;
    this.#queue.length = 0;
    clearInterval(this.#lookTimer);
    clearTimeout(this.#settleTimer);
    clearTimeout(this.#greetingTimer);
    clearTimeout(this.#leaveTimer); // it would keep all of the connection in memory until then
    void this.#work();
  }

  /** Nothing is taken any more: what was appended is made durable, and the recording is free for another connection. */
  async #finish(): Promise<void> {
    try {
      await this.#session.settle();
    } catch (error) {
      this.#log("not made durable", { message: (error as Error).message });
    }
    try {
      await this.#session.close();
    } catch (error) {
      this.#log("not closed", { message: (error as Error).message });
    }
  }

  #log(event: string, facts: Record<string, string | number>): void {
    this.#intake.log("warn", event, { owner: this.#owner, ...facts });
  }
}
