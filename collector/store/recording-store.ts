import type { Label } from "../../proto/uplink.ts";

/** Which recording it is: a build's id is chosen by who built, and two may have chosen the same. */
export interface Identity {
  readonly build: string;
  /** SHA-256 of the recording's first block, in hexadecimal. */
  readonly head: string;
}

/** What is known of a recording without reading it. */
export interface Facts extends Identity {
  /** Made of the identity: names the recording in the store, and is safe as the name of a file. */
  readonly key: string;
  readonly labels: readonly Label[];
  /** Who sent it: the name of the token; "" where none was asked for. */
  readonly owner: string;
  /** When its first byte and its last came, milliseconds since 1970. */
  readonly begun: number;
  readonly changed: number;
  /** Bytes that are durable. */
  readonly size: number;
  /** The whole has come, and has the digest that the agent gave. */
  readonly isComplete: boolean;
  /** Of the whole, hexadecimal; "" before it is complete. */
  readonly sha256: string;
  /** Never deleted by a retention rule. */
  readonly isPinned: boolean;
}

/** A recording that is being received. */
export interface Receiving {
  readonly facts: Facts;
  /** Bytes that are durable. */
  readonly durable: number;
  /** Appends at the end; durable after `sync`. @throws a system error: nothing of it counts then */
  append(data: Uint8Array): void;
  /** Makes everything appended durable. @throws a system error: what was not durable is gone, and nothing can be appended */
  sync(): Promise<void>;
  /** Nothing more comes. @returns the SHA-256 of the whole */
  finish(): Promise<Buffer>;
  /** The digest is the agent's: the recording is complete. */
  complete(sha256: Uint8Array): void;
  close(): Promise<void>;
}

/** What one owner has in the store. */
export interface Usage {
  readonly builds: number;
  /** What was appended counts before it is durable. */
  readonly bytes: number;
}

/** Where recordings are kept. Small, so that a directory, or a store of objects, can be one. */
export interface RecordingStore {
  /** Begins a recording, or goes on with it. @throws StoreError if it is being received already */
  receive(identity: Identity, labels: readonly Label[], owner: string): Receiving;
  list(): readonly Facts[];
  find(key: string): Facts | undefined;
  usage(owner: string): Usage;
  isBeingReceived(key: string): boolean;
  /** A file with the recording as far as it is durable. @throws StoreError if there is none */
  path(key: string): string;
  /** @throws StoreError if there is none */
  pin(key: string, on: boolean): void;
  /** @throws StoreError if there is none, or if it is being received */
  remove(key: string): void;
}

/** The store cannot do it; the caller says why to who asked. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: "busy" | "absent" | "damaged";

  constructor(code: StoreError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
