import { fileMagic, openBlock } from "../../proto/recording.ts";
import type { End, Frame, Hello, RefusalCode, Block as UplinkBlock } from "../../proto/uplink.ts";
import { oldestUplinkProtocol, uplinkProtocol } from "../../proto/uplink.ts";
import { Digest } from "../index/digest.ts";
import { type Facts, type Receiving, type RecordingStore, StoreError } from "../store/recording-store.ts";

/** Bytes that an agent may send beyond what is durable. */
const window = 8 << 20;
/** Longer ids and labels are no one's. */
const mostText = 256;
const mostLabels = 32;
/** What an event costs beside its bytes: it is decoded one by one. */
const eventCost = 64;

/** What one agent may do. */
export interface Allowance {
  /** Name of its token. */
  readonly owner: string;
  /** Bytes of all of the owner's recordings together; how many there may be. */
  readonly quota: number;
  readonly builds: number;
}

/** Told of what has become durable, in order: the index is made of it. */
export interface Sink {
  /** A recording begins, or goes on. */
  begun(facts: Facts): void;
  stored(facts: Facts, digest: Digest): void;
  complete(facts: Facts): void;
}

/** Why an agent is sent away. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: RefusalCode;
  readonly again: boolean;

  constructor(code: RefusalCode, message: string, again = false) {
    super(message);
    this.code = code;
    this.again = again;
  }
}

/**
 * One agent's stream: takes its frames in order and answers them. What it sends is hostile until it is proved. The methods
 * must be called one after the other.
 */
export class IngestSession {
  readonly #store: RecordingStore;
  readonly #allowance: Allowance;
  readonly #sink: Sink;
  #receiving: Receiving | undefined;
  #offset = 0;
  /** Of blocks that are appended and not durable yet. The events themselves would take 40 times their block. */
  #waiting = new Digest();
  #waitingBlocks = 0;
  #waitingEvents = 0;
  #isDone = false;
  /** That have become durable. */
  blocks = 0;
  events = 0;
  /** What the frames taken so far have cost: bytes after decompression, and a part for each event. */
  cost = 0;

  constructor(store: RecordingStore, allowance: Allowance, sink: Sink) {
    this.#store = store;
    this.#allowance = allowance;
    this.#sink = sink;
  }

  get isGreeted(): boolean {
    return this.#receiving !== undefined;
  }

  /** Bytes appended and not acknowledged yet: when there are many, who reads the socket waits. */
  get pending(): number {
    return this.#receiving === undefined ? 0 : this.#offset - this.#receiving.durable;
  }

  /** @returns what is answered at once; acknowledgements come from `settle`. @throws Refused, or a system error */
  async take(frame: Frame): Promise<Frame | undefined> {
    if (this.#isDone) throw new Refused("protocol", "nothing may follow the end of a recording");
    switch (frame.kind) {
      case "hello":
        return this.#hello(frame);
      case "block":
        this.#block(frame);
        return undefined;
      case "end":
        return this.#end(frame);
      case "welcome":
      case "acknowledgement":
      case "done":
      case "refusal":
        throw new Refused("protocol", `"${frame.kind}" is the collector's to send`);
      default:
        return frame satisfies never;
    }
  }

  /** Makes durable what has come. @returns the acknowledgement, if there is something new to acknowledge */
  async settle(): Promise<Frame | undefined> {
    const receiving = this.#receiving;
    if (receiving === undefined || this.pending === 0) return undefined;
    const digest = this.#waiting;
    const [blocks, events] = [this.#waitingBlocks, this.#waitingEvents];
    this.#waiting = new Digest();
    this.#waitingBlocks = this.#waitingEvents = 0;
    await receiving.sync();
    this.blocks += blocks;
    this.events += events;
    this.#sink.stored(receiving.facts, digest);
    return { kind: "acknowledgement", offset: receiving.durable };
  }

  async close(): Promise<void> {
    const receiving = this.#receiving;
    if (receiving === undefined) return;
    this.#receiving = undefined;
    await receiving.close();
  }

  #hello({ protocol, build, head, labels }: Hello): Frame {
    if (this.#receiving !== undefined) throw new Refused("protocol", "hello must come once");
    refuseOtherVersion(protocol);
    if (build === "" || build.length > mostText)
      throw new Refused("build", `a build's id must have 1 to ${mostText} characters`);
    if (head.length !== 32) throw new Refused("protocol", "head must be a SHA-256");
    if (labels.length > mostLabels || labels.some(({ name, value }) => name.length + value.length > mostText))
      throw new Refused("build", `at most ${mostLabels} labels of ${mostText} characters are taken`);
    const identity = { build, head: Buffer.from(head).toString("hex") };
    this.#refuseBeyondAllowance(identity);
    try {
      this.#receiving = this.#store.receive(identity, labels, this.#allowance.owner);
    } catch (error) {
      if (error instanceof StoreError && error.code === "busy")
        throw new Refused("build", error.message, true);
      throw error;
    }
    this.#offset = this.#receiving.durable;
    this.#sink.begun(this.#receiving.facts);
    return { kind: "welcome", offset: this.#offset, window };
  }

  #refuseBeyondAllowance(identity: { build: string; head: string }): void {
    const { owner, builds } = this.#allowance;
    const used = this.#store.usage(owner);
    if (used.builds >= builds) {
      const own = this.#store.list().filter((each) => each.owner === owner);
      const isNew = !own.some(({ build, head }) => build === identity.build && head === identity.head);
      if (isNew)
        throw new Refused("quota", `this token may have ${builds} builds, and has them; remove some`);
    }
    this.#refuseBeyondQuota(0);
  }

  #refuseBeyondQuota(more: number): void {
    const { owner, quota } = this.#allowance;
    const { bytes } = this.#store.usage(owner);
    if (bytes + more > quota)
      throw new Refused("quota", `this token may have ${quota} bytes, and has ${bytes}; remove builds`);
  }

  #block({ offset, data }: UplinkBlock): void {
    const receiving = this.#receiving;
    if (receiving === undefined) throw new Refused("protocol", "hello must come first");
    if (offset !== this.#offset)
      throw new Refused("block", `a block must begin at ${this.#offset}, but it begins at ${offset}`, true);
    if (this.pending > window + data.length) throw new Refused("block", "more was sent than was asked for");
    this.#refuseBeyondQuota(data.length);
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const isFirst = offset === 0;
    if (isFirst && !bytes.subarray(0, fileMagic.length).equals(fileMagic))
      throw new Refused("block", 'a recording must begin with "ISOTRACE"');
    const block = isFirst ? bytes.subarray(fileMagic.length) : bytes;
    const opened = openBlock(block);
    if (opened.kind === "damage") throw new Refused("block", `at ${offset}: ${opened.because}`);
    receiving.append(bytes);
    this.#offset += bytes.length;
    this.#waiting.addAll(opened.events);
    this.#waitingBlocks++;
    this.#waitingEvents += opened.events.length;
    this.cost += rawLength(block) + opened.events.length * eventCost;
  }

  async #end({ size, sha256 }: End): Promise<Frame> {
    const receiving = this.#receiving;
    if (receiving === undefined) throw new Refused("protocol", "hello must come first");
    if (size !== this.#offset)
      throw new Refused("digest", `the recording has ${this.#offset} bytes here, and ${size} there`, true);
    await this.settle();
    const own = await receiving.finish();
    if (!own.equals(sha256))
      throw new Refused(
        "digest",
        "the recording has another digest here than there: it was changed after it was sent",
      );
    // A recording that was sent before its build had ended has grown since.
    const { isComplete, sha256: known } = receiving.facts;
    if (!isComplete || known !== own.toString("hex")) receiving.complete(own);
    this.#isDone = true;
    this.#sink.complete(receiving.facts);
    return { kind: "done", sha256: own };
  }
}

/** A collector that knows it can come while the agent still runs. */
function refuseOtherVersion(protocol: number): void {
  if (protocol >= oldestUplinkProtocol && protocol <= uplinkProtocol) return;
  const known =
    oldestUplinkProtocol === uplinkProtocol
      ? `${uplinkProtocol}`
      : `${oldestUplinkProtocol} to ${uplinkProtocol}`;
  const remedy =
    protocol > uplinkProtocol ? "update the collector" : "update Isotrace on the machine that sends";
  throw new Refused(
    "protocol",
    `the agent speaks version ${protocol} of the protocol, and this collector ${known}; ${remedy}`,
    true,
  );
}

/** Of a block that was opened: its header says it. */
function rawLength(block: Buffer): number {
  return block.readUInt32LE(12);
}
