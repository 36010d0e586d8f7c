import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { RunningCollector } from "../../../collector/server/start.ts";
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type Hello,
  uplinkPath,
  uplinkProtocol,
} from "../../../proto/uplink.ts";

/** A client that sends what it is told to, however wrong, and keeps what is answered. */
export class Client {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;

  constructor({ url }: Pick<RunningCollector, "url">, token = "") {
    this.socket = new WebSocket(url.replace("http", "ws") + uplinkPath, {
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    this.socket.on("message", (data: Buffer) => this.frames.push(decodeFrame(data)));
    this.socket.on("error", () => {}); // what became of it, `closed` tells
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    onTestFinished(() => this.socket.terminate());
  }

  async open(): Promise<this> {
    await new Promise((resolve) => this.socket.once("open", resolve));
    return this;
  }

  send(frame: Frame | Uint8Array): void {
    this.socket.send(frame instanceof Uint8Array ? frame : encodeFrame(frame));
  }

  /** Waits for the next frame of a kind. */
  async next(kind: Frame["kind"]): Promise<Frame> {
    for (;;) {
      const found = this.frames.find((frame) => frame.kind === kind);
      if (found !== undefined) {
        this.frames.splice(0, this.frames.indexOf(found) + 1);
        return found;
      }
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before a ${kind} came`);
      await new Promise((resolve) => {
        this.socket.once("message", resolve);
        this.socket.once("close", resolve);
      });
    }
  }

  async refusal(): Promise<string> {
    const frame = await this.next("refusal");
    if (frame.kind !== "refusal") throw new Error("not a refusal");
    return `${frame.code}: ${frame.message}`;
  }
}

export function hello(first: Uint8Array, change: Partial<Hello> = {}): Hello {
  const head = createHash("sha256").update(first).digest();
  return { kind: "hello", protocol: uplinkProtocol, build: "a-build", head, labels: [], ...change };
}
