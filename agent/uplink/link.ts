import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { getCACertificates } from "node:tls";
import { WebSocket } from "ws";
import { KeepAlive, keepAlive } from "../../proto/keep-alive.ts";
import {
  BadFrame,
  decodeFrame,
  encodeFrame,
  type Frame,
  type Label,
  maximumFrame,
  uplinkProtocol,
} from "../../proto/uplink.ts";
import { connectionFault } from "./connection-fault.ts";
import type { RecordingTail } from "./tail.ts";

/** What is to be sent, and where to. */
export interface Target {
  /** Of the collector's socket. */
  readonly url: string;
  readonly token: string;
  /** Certificates of authorities in PEM that are trusted beside the usual ones; "" for none. */
  readonly authorities: string;
  readonly build: string;
  readonly labels: readonly Label[];
}

/** A connection that ended before the collector had everything. `again`: it may be tried again. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly again: boolean;
  /** The collector had said where to go on. */
  readonly wasWelcome: boolean;
  /** Bytes that the collector had acknowledged. */
  readonly acknowledged: number;

  constructor(message: string, again: boolean, wasWelcome = false, acknowledged = 0) {
    super(message);
    this.again = again;
    this.wasWelcome = wasWelcome;
    this.acknowledged = acknowledged;
  }
}

/** How often a recording that grows is looked at, in milliseconds. */
const look = 250;
/** Bytes that may wait in this process for the network. */
const mostBuffered = 8 << 20;

/**
 * Sends a recording over one connection, from where the collector has it, until the collector has all of it.
 * @param hasEnded whether the recording grows no more.
 * @throws LinkError
 */
export function sendOver(target: Target, tail: RecordingTail, hasEnded: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = new Link(target, tail, hasEnded, (error) =>
      error === undefined ? resolve() : reject(error),
    );
    link.open();
  });
}

class Link {
  readonly #target: Target;
  readonly #tail: RecordingTail;
  readonly #hasEnded: () => boolean;
  readonly #settled: (error: LinkError | undefined) => void;
  readonly #socket: WebSocket;
  /** Below the WebSocket; undefined until the collector has answered. */
  #stream: Socket | undefined;
  #timers: NodeJS.Timeout[] = [];
  readonly #keepAlive = new KeepAlive(performance.now());
  #isWelcome = false;
  #sent = 0;
  #acknowledged = 0;
  #window = 0;
  #isEndSent = false;
  #isOver = false;

  constructor(
    target: Target,
    tail: RecordingTail,
    hasEnded: () => boolean,
    settled: (error: LinkError | undefined) => void,
  ) {
    this.#target = target;
    this.#tail = tail;
    this.#hasEnded = hasEnded;
    this.#settled = settled;
    const { url, token, authorities } = target;
    this.#socket = new WebSocket(url, {
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      handshakeTimeout: keepAlive.silence,
      maxPayload: maximumFrame,
      perMessageDeflate: false, // blocks are compressed
      ...(authorities === "" ? {} : { ca: [...getCACertificates(), authorities] }),
    });
  }

  open(): void {
    const socket = this.#socket;
    socket.on("upgrade", (response: IncomingMessage) => {
      this.#stream = response.socket;
    });
    socket.on("open", () => this.#greet());
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("unexpected-response", (_request, response) => {
      const { statusCode = 0 } = response;
      response.resume();
      const again = statusCode >= 500 || statusCode === 429;
      this.#end(
        `the collector answered ${statusCode}${statusCode === 401 ? ": the token is not accepted" : ""}`,
        again,
      );
    });
    socket.on("error", (error) => this.#end(connectionFault(error, this.#target.url), true));
    socket.on("close", (code) => this.#end(`the connection was closed (${code})`, true));
    this.#timers = [setInterval(() => this.#ask(), keepAlive.look), setInterval(() => this.#pump(), look)];
  }

  #greet(): void {
    const first = this.#tail.next(0);
    if (first === undefined) {
      this.#end(`${this.#tail.path}: must begin with a whole block, but does not`, false);
      return;
    }
    const head = createHash("sha256").update(first).digest();
    const { build, labels } = this.#target;
    this.#send({ kind: "hello", protocol: uplinkProtocol, build, head, labels: [...labels] });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    let frame: Frame;
    try {
      if (!isBinary) throw new BadFrame("a message must be binary, but it is text");
      frame = decodeFrame(data);
    } catch (error) {
      this.#end((error as Error).message, false);
      return;
    }
    switch (frame.kind) {
      case "welcome":
        this.#isWelcome = true;
        this.#sent = this.#acknowledged = frame.offset;
        this.#window = frame.window;
        this.#pump();
        return;
      case "acknowledgement":
        this.#acknowledged = Math.min(frame.offset, this.#sent);
        this.#pump();
        return;
      case "done":
        this.#end(undefined, false);
        return;
      case "refusal":
        this.#end(`the collector refuses it (${frame.code}): ${frame.message}`, frame.again);
        return;
      case "hello":
      case "block":
      case "end":
        this.#end(`the collector sent a "${frame.kind}", which is the agent's to send`, false);
        return;
      default:
        frame satisfies never;
    }
  }

  /** Sends what there is, as far as the collector lets it. */
  #pump(): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    if (!this.#isWelcome) return;
    const hasEnded = this.#hasEnded();
    while (this.#sent - this.#acknowledged < this.#window && this.#socket.bufferedAmount < mostBuffered) {
      const data = this.#tail.next(this.#sent);
      if (data === undefined) break;
      this.#send({ kind: "block", offset: this.#sent, data });
      this.#sent += data.length;
    }
    if (hasEnded && !this.#isEndSent && this.#tail.next(this.#sent) === undefined) this.#sendEnd();
  }

  /** A block that is not whole has no events that anyone could read: it is not a part of the recording. */
  #sendEnd(): void {
    const size = this.#sent;
    if (!this.#tail.endsAt(size)) {
      const problem = `${this.#tail.path}: the block at ${size} is damaged, so what follows cannot be sent`;
      // Another process may have appended just now, if the recording is sent before its end.
      if (this.#acknowledged === size && this.#tail.next(size) === undefined) this.#end(problem, false);
      return;
    }
    this.#isEndSent = true;
    this.#tail.sha256(size).then(
      (sha256) => this.#send({ kind: "end", size, sha256 }),
      (error: Error) => this.#end(`the recording cannot be read: ${error.message}`, false),
    );
  }

  #ask(): void {
    const verdict = this.#keepAlive.look(this.#stream?.bytesRead, performance.now());
    if (verdict === "dead")
      this.#end(`nothing was heard of the collector for ${keepAlive.silence / 1000} s`, true);
    if (verdict === "ask" && this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #send(frame: Frame): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encodeFrame(frame));
  }

  #end(message: string | undefined, again: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#socket.on("error", () => {}); // it has ended already: what else goes wrong with it changes nothing
    if (message === undefined) this.#socket.close();
    else this.#socket.terminate();
    this.#settled(
      message === undefined ? undefined : new LinkError(message, again, this.#isWelcome, this.#acknowledged),
    );
  }
}
