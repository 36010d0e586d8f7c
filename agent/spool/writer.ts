import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { EventEncoder } from "../../proto/codec.ts";
import type { Event } from "../../proto/events.ts";
import { encodeBlock, endOfRecording, fileMagic, NotARecording } from "../../proto/recording.ts";

/** A block is closed when it holds this much, so that a reader needs little memory. */
const blockBytes = 512 << 10;
/** What may wait for a disk that is full, before events are dropped and counted. */
const waitingBytes = 24 << 20;

/**
 * Appends events to a recording. A block is on disk (in the page cache: safe from a killed process) after
 * `flush`; on a full disk whole blocks wait in memory and are tried again at the next flush, and what
 * exceeds that memory is dropped and counted: a later `loss` event says how many.
 */
export class RecordingWriter {
  readonly #fd: number;
  #encoder = new EventEncoder();
  #sequence: number;
  #offset: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #lastTime = 0;
  events = 0;

  /**
   * Begins a recording, or continues one after its last whole block.
   * @throws NotARecording if there is a file which is not one: it is left as it is.
   */
  constructor(path: string) {
    this.#fd = openSync(path, "a+", 0o644);
    refuseAnotherFile(this.#fd, path);
    if (fstatSync(this.#fd).size < fileMagic.length) {
      ftruncateSync(this.#fd, 0);
      writeSync(this.#fd, fileMagic);
      this.#offset = fileMagic.length;
      this.#sequence = 0;
    } else {
      const end = endOfRecording(path);
      ftruncateSync(this.#fd, end.offset);
      this.#offset = end.offset;
      this.#sequence = end.sequence;
      this.#lastTime = end.lastTime;
    }
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
    if (this.#encoder.count > 0) {
      this.#accept(encodeBlock(this.#encoder, this.#sequence), this.#encoder.count);
      this.#encoder = new EventEncoder();
    }
    while (this.#waiting.length > 0 && this.#append(this.#waiting[0]!)) {
      this.#waitingBytes -= this.#waiting.shift()!.length;
    }
    if (this.#waiting.length === 0 && this.#dropped > 0) {
      const count = this.#dropped;
      this.#dropped = 0;
      this.add({
        kind: "loss",
        time: this.#lastTime,
        what: "recording",
        count,
        detail: "the disk of the recording was full",
      });
    }
  }

  /** Flushes and makes durable. @returns false if the disk is still full: then the recording has no end. */
  close(): boolean {
    this.flush();
    this.flush();
    fdatasyncSync(this.#fd);
    closeSync(this.#fd);
    return this.#waiting.length === 0;
  }

  #accept(block: Buffer, events: number): void {
    if (this.#waitingBytes + block.length > waitingBytes) {
      this.#dropped += events;
      return;
    }
    this.#sequence++;
    this.#waiting.push(block);
    this.#waitingBytes += block.length;
  }

  #append(block: Buffer): boolean {
    let done = 0;
    try {
      while (done < block.length) done += writeSync(this.#fd, block, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOSPC" && code !== "EDQUOT" && code !== "EIO") throw error;
      ftruncateSync(this.#fd, this.#offset);
      return false;
    }
    this.#offset += block.length;
    return true;
  }
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
