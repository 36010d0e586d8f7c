import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { EventEncoder } from "../../proto/encoder.ts";
import type { Event } from "../../proto/events.ts";
import {
  encodeBlock,
  endOfRecording,
  fileMagic,
  maximumBlock,
  NotARecording,
} from "../../proto/recording.ts";
import { isFull, Reserve } from "./reserve.ts";

/** A block is closed when it holds this much, so that a reader needs little memory. */
const blockBytes = 512 << 10;
/** What may wait for a disk that is full, before events are dropped and counted. */
const waitingBytes = 24 << 20;
const fullDisk = "the disk of the recording was full";

/**
 * Appends events to a recording. A block is on disk (in the page cache: safe from a killed process) after
 * `flush`; on a full disk whole blocks wait in memory and are tried again at the next flush, and what
 * exceeds that memory is dropped and counted, as is a block that no reader would take, since one event in it is too
 * large: a later `loss` event says how many. What still waits when it is closed is dropped in the same way, and room that was
 * kept from the beginning takes the `loss` and the end.
 */
export class RecordingWriter {
  readonly #fd: number;
  readonly #reserve: Reserve;
  readonly #encoder = new EventEncoder();
  #sequence: number;
  #offset: number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Counts of events by why they were dropped. */
  readonly #dropped = new Map<string, number>();
  #lastTime = 0;
  events = 0;
  /** Called when everything that was added is in the recording. */
  onWritten: () => void = () => {};

  /**
   * Begins a recording, or continues one after its last whole block.
   * @throws NotARecording if there is a file which is not one: it is left as it is.
   */
  constructor(path: string) {
    this.#fd = openSync(path, "a+", 0o644);
    refuseAnotherFile(this.#fd, path);
    if (fstatSync(this.#fd).size < fileMagic.length) {
      ftruncateSync(this.#fd, 0);
      this.#offset = 0;
      this.#sequence = 0;
      this.#append(Buffer.alloc(0)); // on a disk that is full already, the magic comes with the first block
    } else {
      const end = endOfRecording(path);
      ftruncateSync(this.#fd, end.offset);
      this.#offset = end.offset;
      this.#sequence = end.sequence;
      this.#lastTime = end.lastTime;
    }
    this.#reserve = new Reserve(dirname(path));
  }

  /** The time of the last event of the recording that is continued; 0 for a new one. Microseconds of CLOCK_BOOTTIME. */
  get continuedFrom(): number {
    return this.#lastTime;
  }

  get size(): number {
    return this.#offset;
  }

  /** Blocks wait in memory for a disk that is full. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(event: Event): void {
    this.#encoder.add(event);
    this.events++;
    this.#lastTime = event.time;
    if (this.#encoder.length >= blockBytes) this.flush();
  }

  /** Appends what there is. */
  flush(): void {
    const encoder = this.#encoder;
    if (encoder.count > 0) {
      if (encoder.length > maximumBlock)
        this.#drop(encoder.count, "an event was larger than a block of a recording can be");
      else this.#accept(encodeBlock(encoder, this.#sequence), encoder.count);
      encoder.clear();
    }
    while (this.#waiting.length > 0 && this.#append(this.#waiting[0]!.block)) {
      this.#waitingBytes -= this.#waiting.shift()!.block.length;
    }
    if (this.#waiting.length > 0) return;
    this.onWritten();
    for (const [detail, count] of this.#dropped)
      this.add({ kind: "loss", time: this.#lastTime, what: "recording", count, detail });
    this.#dropped.clear();
  }

  /**
   * Flushes and makes durable.
   * @param end what the recording ends with.
   * @returns false if the disk is full and no room was kept: then the recording has no end
   */
  close(end?: Event): boolean {
    this.flush();
    this.#reserve.release();
    if (this.isWaiting) this.#dropWaiting();
    this.flush();
    if (end !== undefined) this.add(end);
    this.flush();
    fdatasyncSync(this.#fd);
    closeSync(this.#fd);
    return this.#waiting.length === 0;
  }

  #accept(block: Buffer, events: number): void {
    if (this.#waitingBytes + block.length > waitingBytes) {
      this.#drop(events, fullDisk);
      return;
    }
    this.#sequence++;
    this.#waiting.push({ block, events });
    this.#waitingBytes += block.length;
  }

  /** The blocks that follow take their numbers: that something is missing, the loss says. */
  #dropWaiting(): void {
    for (const { events } of this.#waiting) this.#drop(events, fullDisk);
    this.#sequence -= this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #drop(events: number, because: string): void {
    this.#dropped.set(because, (this.#dropped.get(because) ?? 0) + events);
  }

  #append(block: Buffer): boolean {
    const data = this.#offset === 0 ? Buffer.concat([fileMagic, block]) : block;
    let done = 0;
    try {
      while (done < data.length) done += writeSync(this.#fd, data, done);
    } catch (error) {
      if (!isFull(error)) throw error;
      ftruncateSync(this.#fd, this.#offset);
      return false;
    }
    this.#offset += data.length;
    return true;
  }
}

/** A block for which there was no room, and how many events it has. */
interface Waiting {
  readonly block: Buffer;
  readonly events: number;
}

// A first recorder may have been killed within its first bytes, so a beginning of the magic will do.
function refuseAnotherFile(fd: number, path: string): void {
  const start = Buffer.alloc(fileMagic.length);
  const length = readSync(fd, start, 0, start.length, 0);
  if (start.subarray(0, length).equals(fileMagic.subarray(0, length))) return;
  closeSync(fd);
  throw new NotARecording(
    `${path}: must be a recording to be continued, but it does not begin with "ISOTRACE"; move it away`,
  );
}
