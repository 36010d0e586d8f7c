import { bootMicroseconds } from "../kernel/clock.ts";
import { readBatch } from "../kernel/fanotify.ts";
import type { Intake } from "./intake.ts";

/** One read(2) takes this much at the most: some 2,500 events. */
const readBytes = 256 << 10;

/** The kernel's queue of file events, read into the intake, each batch with the window in which it happened. */
export class FileQueue {
  readonly #group: number;
  readonly #intake: Intake;
  readonly #buffer: Buffer;
  /** The queue was seen empty at this moment (CLOCK_BOOTTIME, µs). */
  emptyAt = bootMicroseconds();
  /** Called where the kernel could not give events a descriptor or memory: they stay queued, except the one in hand. */
  onFailure: (errno: number) => void = () => {};

  /** @param group of fanotify; -1 without: then there never is anything. */
  constructor(group: number, intake: Intake) {
    this.#group = group;
    this.#intake = intake;
    this.#buffer = Buffer.alloc(group < 0 ? 0 : readBytes);
  }

  /** Reads all there is. @returns how many bytes of events that was. */
  read(): number {
    if (this.#group < 0) {
      this.emptyAt = bootMicroseconds();
      return 0;
    }
    for (let bytes = 0; ; ) {
      const before = bootMicroseconds();
      const count = readBatch(this.#group, this.#buffer);
      if (count < 0) {
        this.onFailure(-count);
        return bytes;
      }
      if (count > 0) this.#intake.push(this.emptyAt, bootMicroseconds(), this.#buffer.subarray(0, count));
      bytes += count;
      // It returned with room left, so at some moment after `before` there was nothing more.
      if (count < readBytes - 4096) {
        this.emptyAt = before;
        return bytes;
      }
    }
  }
}
