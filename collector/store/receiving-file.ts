import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { endOfRecording } from "../../proto/recording.ts";
import type { Facts, Receiving } from "./recording-store.ts";
import { syncDirectory } from "./sync-directory.ts";

const syncData = promisify(fdatasync);

/** What the store wants to know of a recording that comes. */
export interface Keeper {
  facts(): Facts;
  appended(bytes: number): void;
  durable(size: number): void;
  complete(sha256: string): void;
  released(): void;
}

/** A recording's file while it is received. */
export class ReceivingFile implements Receiving {
  readonly #path: string;
  readonly #fd: number;
  readonly #keeper: Keeper;
  #size: number;
  #isLost = false;
  durable: number;

  /**
   * @param synced bytes of it that this process has made durable itself; undefined if it has not seen it yet.
   * @throws a system error
   */
  constructor(path: string, synced: number | undefined, keeper: Keeper) {
    this.#path = path;
    this.#keeper = keeper;
    this.#fd = openSync(path, "a", 0o600);
    try {
      // A crash may have left the beginning of a block, which was never acknowledged.
      const { size } = statSync(path);
      if (size === synced) {
        this.#size = this.durable = size;
        return;
      }
      const { offset } = size === 0 ? { offset: 0 } : endOfRecording(path);
      const whole = size < offset ? 0 : offset;
      if (whole < size) ftruncateSync(this.#fd, whole);
      // It may be whole and yet not on disk: a crash of this process alone leaves what it wrote in the kernel.
      fsyncSync(this.#fd);
      syncDirectory(dirname(path));
      this.#size = this.durable = whole;
      keeper.durable(whole);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  get facts(): Facts {
    return this.#keeper.facts();
  }

  append(data: Uint8Array): void {
    if (this.#isLost) throw new Error(`${this.#path}: it could not be made durable before`);
    let done = 0;
    try {
      while (done < data.length) done += writeSync(this.#fd, data, done);
    } catch (error) {
      ftruncateSync(this.#fd, this.#size);
      throw error;
    }
    this.#size += data.length;
    this.#keeper.appended(data.length);
  }

  async sync(): Promise<void> {
    const size = this.#size;
    if (size <= this.durable) return;
    try {
      await syncData(this.#fd);
    } catch (error) {
      this.#forget();
      throw error;
    }
    if (this.#isLost || size <= this.durable) return;
    this.durable = size;
    this.#keeper.durable(size);
  }

  async finish(): Promise<Buffer> {
    await this.sync();
    const hash = createHash("sha256");
    await pipeline(createReadStream(this.#path), hash);
    return hash.digest();
  }

  complete(sha256: Uint8Array): void {
    this.#keeper.complete(Buffer.from(sha256).toString("hex"));
  }

  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      closeSync(this.#fd);
      this.#keeper.released();
    }
  }

  /**
   * After a sync that failed, the kernel may hold pages as written that are not on disk (fsync(2), "Errors"): the next sync
   * would succeed without them. So they are cut off, and sent again by who has not got them acknowledged.
   */
  #forget(): void {
    this.#isLost = true;
    ftruncateSync(this.#fd, this.durable);
    this.#keeper.appended(this.durable - this.#size);
    this.#size = this.durable;
  }
}
