import type { Sink } from "../ingest/session.ts";
import type { Log } from "../ingest/socket.ts";
import { isFull } from "../store/is-full.ts";
import type { Facts, RecordingStore } from "../store/recording-store.ts";
import { Digest } from "./digest.ts";
import type { BuildState, IndexStore, LiveChange } from "./index-store.ts";
import type { ThreadedModels } from "./threads/threaded-models.ts";

/** How often the index and those who watch are told of running builds, in milliseconds. */
const interval = 500;
/** When a description is made again for which the disk had no room, in milliseconds. */
const retry = 5000;

/** What happens to builds, as it is told to who watches. */
export type BuildNews =
  | { readonly kind: "begun"; readonly facts: Facts }
  | { readonly kind: "progress"; readonly facts: Facts; readonly live: LiveChange }
  | { readonly kind: "complete"; readonly facts: Facts }
  | { readonly kind: "ready"; readonly facts: Facts }
  | { readonly kind: "failed"; readonly facts: Facts; readonly problem: string }
  | { readonly kind: "removed"; readonly facts: Facts };

interface Running {
  facts: Facts;
  readonly digest: Digest;
  /** Packages that the index has. */
  told: number;
  /** What came before this process: it is being read. */
  isWhole: boolean;
}

/** Keeps the index in step with the recordings: running builds as they come, whole ones when they are complete. */
export class Indexer implements Sink {
  readonly #store: RecordingStore;
  readonly #index: IndexStore;
  readonly #models: ThreadedModels;
  readonly #log: Log;
  readonly #running = new Map<string, Running>();
  readonly #changed = new Set<string>();
  readonly #ready = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #queue = new Map<string, number>();
  readonly #watchers = new Set<(news: BuildNews) => void>();
  #timer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isDescribing = false;
  #isStopped = false;
  #told: Promise<void> = Promise.resolve();

  constructor(store: RecordingStore, index: IndexStore, models: ThreadedModels, log: Log) {
    this.#store = store;
    this.#index = index;
    this.#models = models;
    this.#log = log;
  }

  /** Makes what the index lacks, and takes from it what the store has not. */
  async start(): Promise<void> {
    const outlines = new Map((await this.#index.outlines()).map((each) => [each.key, each]));
    for (const key of outlines.keys()) {
      if (this.#store.find(key) === undefined) await this.#index.remove(key);
    }
    for (const facts of this.#store.list()) {
      const state = outlines.get(facts.key)?.state;
      if (state === "ready") this.#ready.add(facts.key);
      if (state === "failed") this.#failed.add(facts.key);
      if (facts.isComplete && state === undefined) await this.#index.note([changeOf(unread(facts))]);
      if (facts.isComplete && state !== "ready" && state !== "failed") this.#enqueue(facts.key);
      if (!facts.isComplete) this.begun(facts);
    }
    this.#timer = setInterval(() => void this.#tell(), interval);
  }

  watch(watcher: (news: BuildNews) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get watching(): number {
    return this.#watchers.size;
  }

  /** How many recordings there are, by state. */
  counts(): Record<BuildState, number> {
    const all = this.#store.list();
    const complete = all.filter(({ isComplete }) => isComplete).length;
    const [ready, failed] = [this.#ready.size, this.#failed.size];
    return { receiving: all.length - complete, received: complete - ready - failed, ready, failed };
  }

  /** Builds that wait to be described, and since when the first does, in milliseconds of `performance.now`. */
  get waiting(): { readonly builds: number; readonly since: number | undefined } {
    const [first] = this.#queue.values();
    return { builds: this.#queue.size, since: first };
  }

  begun(facts: Facts): void {
    const { key } = facts;
    this.#publish({ kind: "begun", facts });
    if (this.#running.has(key) || facts.isComplete) return;
    const isWhole = facts.size === 0;
    this.#running.set(key, { ...unread(facts), isWhole });
    if (isWhole) this.#changed.add(key);
    else void this.#readBeginning(facts);
  }

  stored(facts: Facts, digest: Digest): void {
    const running = this.#running.get(facts.key);
    if (running === undefined) return; // it was complete before, and is sent again
    running.facts = facts;
    running.digest.merge(digest);
    this.#changed.add(facts.key);
  }

  complete(facts: Facts): void {
    const running = this.#running.get(facts.key);
    if (running !== undefined) {
      running.facts = facts;
      this.#changed.add(facts.key);
    }
    void this.#tell();
    this.#running.delete(facts.key);
    this.#publish({ kind: "complete", facts });
    if (!this.#ready.has(facts.key) && !this.#failed.has(facts.key)) this.#enqueue(facts.key);
  }

  async removed(facts: Facts): Promise<void> {
    const { key } = facts;
    this.#running.delete(key);
    this.#changed.delete(key);
    this.#queue.delete(key);
    this.#ready.delete(key);
    this.#failed.delete(key);
    await this.#index.remove(key);
    this.#publish({ kind: "removed", facts });
  }

  /** What is not described yet will be after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retryTimer);
    await this.#tell();
  }

  /** A recording that goes on was begun when this process did not run: what it holds already is read first. */
  async #readBeginning(facts: Facts): Promise<void> {
    const { key, size } = facts;
    try {
      const before = await this.#models.ask("digest", { key, path: this.#store.path(key), size });
      const running = this.#running.get(key);
      if (running === undefined) return;
      const whole = Object.assign(new Digest(), before); // a thread gives plain data
      whole.merge(running.digest);
      this.#running.set(key, { ...running, digest: whole, isWhole: true });
      this.#changed.add(key);
    } catch (error) {
      this.#log("warn", "recording not read", { key, message: (error as Error).message });
    }
  }

  #tell(): Promise<void> {
    const news: BuildNews[] = [];
    const changes: LiveChange[] = [];
    const before = new Map<string, number>();
    for (const key of this.#changed) {
      const running = this.#running.get(key);
      if (running?.isWhole === false) continue;
      this.#changed.delete(key);
      if (running === undefined) continue;
      const live = changeOf(running);
      before.set(key, running.told);
      running.told = running.digest.packages.size;
      changes.push(live);
      news.push({ kind: "progress", facts: running.facts, live });
    }
    if (changes.length > 0) {
      this.#told = this.#told
        .then(() => this.#index.note(changes))
        .catch((error: Error) => {
          this.#log("warn", "index not told", { message: error.message });
          if (isFull(error)) this.#untell(before);
        });
    }
    for (const each of news) this.#publish(each);
    return this.#told;
  }

  /** There was no room for it: the same is told next time, with what has come since. */
  #untell(before: ReadonlyMap<string, number>): void {
    for (const [key, told] of before) {
      const running = this.#running.get(key);
      if (running === undefined) continue; // it is described as a whole
      running.told = Math.min(running.told, told);
      this.#changed.add(key);
    }
  }

  #enqueue(key: string): void {
    this.#queue.set(key, performance.now());
    void this.#describeAll();
  }

  async #describeAll(): Promise<void> {
    if (this.#isDescribing) return;
    this.#isDescribing = true;
    for (let [key] = this.#queue.keys(); key !== undefined && !this.#isStopped; [key] = this.#queue.keys()) {
      if (!(await this.#describe(key))) {
        this.#retryTimer = setTimeout(() => void this.#describeAll(), retry);
        break;
      }
      this.#queue.delete(key);
    }
    this.#isDescribing = false;
  }

  /** @returns false if the disk has no room for it: it is to be tried again */
  async #describe(key: string): Promise<boolean> {
    const facts = this.#store.find(key);
    if (facts === undefined) return true;
    await this.#told; // what is known of it as of a running build must not come after
    try {
      await this.#models.ask("describe", { key, path: this.#store.path(key), size: facts.size }, facts);
      if (this.#store.find(key) === undefined) {
        await this.#index.remove(key); // removed meanwhile
        return true;
      }
      this.#ready.add(key);
      this.#publish({ kind: "ready", facts });
    } catch (error) {
      const { message } = error as Error;
      // Its thread is ended with the collector, and a recording can be removed while it is read.
      if (this.#isStopped || this.#store.find(key) === undefined) return true;
      if (isFull(error)) {
        this.#log("warn", "recording not described yet", { key, message });
        return false;
      }
      this.#failed.add(key);
      this.#log("warn", "recording not described", { key, message });
      await this.#index
        .fail(key, message)
        .catch((failure: Error) => this.#log("warn", "index not told", { message: failure.message }));
      this.#publish({ kind: "failed", facts, problem: message });
    }
    return true;
  }

  #publish(news: BuildNews): void {
    for (const watcher of this.#watchers) watcher(news);
  }
}

/** A recording that nothing is known of but that it is there. */
function unread(facts: Facts): Running {
  return { facts, digest: new Digest(), told: 0, isWhole: true };
}

function changeOf({ facts, digest, told }: Running): LiveChange {
  const { key, build, labels, owner, begun, isComplete } = facts;
  const { beginning, ending, script, lost } = digest;
  return {
    key,
    id: build,
    labels,
    owner,
    begun,
    state: isComplete ? "received" : "receiving",
    beginning,
    ending,
    script,
    lost,
    events: Object.fromEntries(digest.counts),
    packages: digest.packages.size,
    newPackages: [...digest.packages.values()].slice(told),
  };
}
