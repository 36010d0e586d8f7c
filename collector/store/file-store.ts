import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Label } from "../../proto/uplink.ts";
import { makeDirectory } from "./make-directory.ts";
import { ReceivingFile } from "./receiving-file.ts";
import {
  type Facts,
  type Identity,
  type Receiving,
  type RecordingStore,
  StoreError,
  type Usage,
} from "./recording-store.ts";
import { readFacts, type StoredFacts, writeFacts } from "./stored-facts.ts";
import { syncDirectory } from "./sync-directory.ts";

const recordingName = "recording.isotrace";
/** What is being removed: it does not count any more, whatever a crash leaves of it. */
const leaving = ".removed";

/**
 * Recordings as files: `recordings/KEY/recording.isotrace`, and beside each a `facts.json`. A copy of the directory is a
 * backup. Only whole blocks that were synced count: what a crash left behind the last whole block is cut off. The facts are
 * kept in memory: one process has the directory at a time (`DataLock`).
 */
export class FileStore implements RecordingStore {
  readonly #directory: string;
  readonly #known = new Map<string, Facts>();
  readonly #usage = new Map<string, Usage>();
  readonly #receiving = new Set<string>();
  /** Bytes that this process has made durable: opening such a recording again needs no sync. */
  readonly #synced = new Map<string, number>();

  /**
   * @param data the collector's directory; made if it is not there.
   * @param isToBeRead it is only looked at: another process can have it.
   * @throws StoreError if the facts of a recording are damaged, or a system error
   */
  constructor(data: string, isToBeRead = false) {
    this.#directory = join(data, "recordings");
    if (!isToBeRead) makeDirectory(this.#directory);
    for (const key of existsSync(this.#directory) ? readdirSync(this.#directory) : []) {
      if (key.endsWith(leaving) && !isToBeRead)
        rmSync(join(this.#directory, key), { recursive: true, force: true });
      const stored = isKey(key) ? readFacts(join(this.#directory, key), key) : undefined;
      if (stored === undefined) continue;
      const stats = statSync(join(this.#directory, key, recordingName), { throwIfNoEntry: false });
      this.#put({
        ...stored,
        size: stats?.size ?? 0,
        changed: stored.changed ?? stats?.mtimeMs ?? stored.begun,
      });
    }
  }

  receive(identity: Identity, labels: readonly Label[], owner: string): Receiving {
    const key = keyOf(identity);
    if (this.#receiving.has(key))
      throw new StoreError("busy", `build ${identity.build} is being received over another connection`);
    const place = join(this.#directory, key);
    const known = this.#known.get(key);
    if (known !== undefined && known.owner !== owner)
      throw new StoreError("busy", `build ${identity.build} belongs to another token`);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    if (known === undefined) {
      const now = Date.now();
      const states = { isComplete: false, isPinned: false, sha256: "" };
      const facts: StoredFacts = { key, ...identity, labels, owner, begun: now, ...states };
      writeFacts(place, facts);
      this.#put({ ...facts, size: 0, changed: now });
    }
    this.#receiving.add(key);
    try {
      return new ReceivingFile(join(place, recordingName), this.#synced.get(key), {
        facts: () => this.#factsOf(key),
        appended: (bytes) => this.#use(owner, 0, bytes),
        durable: (size) => {
          this.#synced.set(key, size);
          this.#resize(key, size);
        },
        complete: (sha256) => this.#change(key, { isComplete: true, sha256 }),
        released: () => this.#receiving.delete(key),
      });
    } catch (error) {
      this.#receiving.delete(key);
      throw error;
    }
  }

  list(): Facts[] {
    return [...this.#known.values()];
  }

  find(key: string): Facts | undefined {
    return this.#known.get(key);
  }

  usage(owner: string): Usage {
    return this.#usage.get(owner) ?? { builds: 0, bytes: 0 };
  }

  isBeingReceived(key: string): boolean {
    return this.#receiving.has(key);
  }

  path(key: string): string {
    return join(this.#directory, this.#factsOf(key).key, recordingName);
  }

  pin(key: string, on: boolean): void {
    this.#change(key, { isPinned: on });
  }

  remove(key: string): void {
    const { owner, size } = this.#factsOf(key);
    if (this.#receiving.has(key)) throw new StoreError("busy", `recording ${key} is being received`);
    const place = join(this.#directory, key);
    // One rename takes it away as a whole: half a recording must not come back after a crash.
    renameSync(place, place + leaving);
    syncDirectory(this.#directory);
    this.#known.delete(key);
    this.#synced.delete(key);
    this.#use(owner, -1, -size);
    rmSync(place + leaving, { recursive: true, force: true });
  }

  #factsOf(key: string): Facts {
    const facts = this.#known.get(key);
    if (facts === undefined)
      throw new StoreError("absent", `there is no recording ${JSON.stringify(key.slice(0, 64))}`);
    return facts;
  }

  #put(facts: Facts): void {
    this.#known.set(facts.key, facts);
    this.#use(facts.owner, 1, facts.size);
  }

  #use(owner: string, builds: number, bytes: number): void {
    const known = this.usage(owner);
    this.#usage.set(owner, { builds: known.builds + builds, bytes: known.bytes + bytes });
  }

  /** The file's size after it was opened can be less than it was: what was cut off is not used any more. */
  #resize(key: string, size: number): void {
    const facts = this.#factsOf(key);
    if (size < facts.size) this.#use(facts.owner, 0, size - facts.size);
    this.#known.set(key, { ...facts, size, changed: size === facts.size ? facts.changed : Date.now() });
  }

  #change(key: string, change: Partial<StoredFacts>): void {
    const facts = { ...this.#factsOf(key), ...change };
    const { size: _size, changed, ...stored } = facts;
    writeFacts(join(this.#directory, key), facts.isComplete ? { ...stored, changed } : stored);
    this.#known.set(key, facts);
  }
}

/** Nothing that a client sends becomes a part of a path. */
function keyOf({ build, head }: Identity): string {
  return createHash("sha256").update(`${build}\0${head}`).digest("hex").slice(0, 32);
}

function isKey(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}
