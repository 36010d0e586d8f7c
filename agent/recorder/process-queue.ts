import { bootMicroseconds } from "../kernel/clock.ts";
import { decode } from "../kernel/decode.ts";
import type { KernelEvent } from "../kernel/events.ts";
import type { Ring } from "../kernel/ring.ts";
import type { Intake } from "./intake.ts";

/** A record that waits has its length before it, as 32 bits. */
const lengthBytes = 4;

/**
 * The kernel's ring of process events, handed over in step with the file events: never later than what depends on them,
 * and, while file events wait, not much earlier either, since every process is known until its last file event has been
 * understood. What the ring cannot hold meanwhile waits in the intake.
 */
export class ProcessQueue {
  readonly #ring: Ring | undefined;
  readonly #intake: Intake;
  readonly #onEvent: (event: KernelEvent) => void;
  /** Every event before this moment has been handed over (CLOCK_BOOTTIME, µs); and has left the ring. */
  #handedUntil = 0;
  #leftUntil = 0;
  /** Events handed over. */
  count = 0;

  /**
   * @param ring undefined without one: then there never is anything.
   * @param intake its own: `close` closes it.
   */
  constructor(ring: Ring | undefined, intake: Intake, onEvent: (event: KernelEvent) => void) {
    this.#ring = ring;
    this.#intake = intake;
    this.#onEvent = onEvent;
  }

  /** Hands over every event that happened before `time`, and some that happened after. */
  handUntil(time: number): void {
    while (this.#handedUntil < time) {
      const batch = this.#intake.shift();
      if (batch === undefined) {
        this.#handFromRing();
        return;
      }
      this.#handWaiting(batch.data);
      this.#handedUntil = batch.to;
    }
  }

  /** How full the ring is, of 1. */
  get fill(): number {
    return this.#ring === undefined ? 0 : this.#ring.unread / this.#ring.size;
  }

  /** Empties the ring: its events wait in the intake until their time comes. */
  makeRoom(): void {
    const ring = this.#ring;
    if (ring === undefined) return;
    const records: Buffer[] = [];
    this.#empty(ring, (offset, length) => {
      const record = Buffer.allocUnsafe(lengthBytes + length);
      record.writeUInt32LE(length);
      ring.data.copy(record, lengthBytes, offset, offset + length);
      records.push(record);
    });
    if (records.length > 0) this.#intake.push(this.#handedUntil, this.#leftUntil, Buffer.concat(records));
  }

  close(): void {
    this.#intake.close();
  }

  #handFromRing(): void {
    const ring = this.#ring;
    if (ring === undefined) return;
    this.count += this.#empty(ring, (offset, length) =>
      this.#onEvent(decode(ring.data, ring.view, offset, length)),
    );
    this.#handedUntil = this.#leftUntil;
  }

  #handWaiting(data: Buffer): void {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    for (let at = 0; at < data.length; ) {
      const length = view.getUint32(at, true);
      at += lengthBytes;
      this.count++;
      this.#onEvent(decode(data, view, at, length));
      at += length;
    }
  }

  /** A record that is being written still holds up those behind it: then what has left the ring is not known to be all. */
  #empty(ring: Ring, onRecord: (offset: number, length: number) => void): number {
    const before = bootMicroseconds();
    const count = ring.consume(onRecord);
    if (ring.unread === 0) this.#leftUntil = before;
    return count;
  }
}
