import { join } from "node:path";
import { UsageError } from "../cli/usage-error.ts";
import { Indexer } from "../index/indexer.ts";
import { startIndex } from "../index/threads/threaded-index.ts";
import { ThreadedModels } from "../index/threads/threaded-models.ts";
import { Rates } from "../ingest/rates.ts";
import type { Log } from "../ingest/socket.ts";
import { DataLock } from "../store/data-lock.ts";
import { FileStore } from "../store/file-store.ts";
import { makeDirectory } from "../store/make-directory.ts";
import type { Collector } from "./collector.ts";
import { expire } from "./expire.ts";
import { gaugesOf } from "./gauges.ts";
import { Metrics } from "./metrics.ts";
import { type CollectOptions, isLoopback } from "./options.ts";
import { Readers } from "./readers.ts";
import { listen } from "./server.ts";
import { Tokens } from "./tokens.ts";

/** How often builds are looked at by the retention rules, in milliseconds. */
const expiryInterval = 86_400_000;

export interface RunningCollector {
  readonly url: string;
  readonly collector: Collector;
  /** Ends when the collector cannot go on: its index answers no more. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

/** Starts a collector. @throws UsageError, StoreError, or a system error */
export async function startCollector(
  options: CollectOptions,
  log: Log,
  isToReindex = false,
): Promise<RunningCollector> {
  const { data, server: serving, rules } = options;
  makeDirectory(data);
  const tokens = new Tokens(data);
  if (!isLoopback(serving.host) && tokens.list().length === 0)
    throw new UsageError(
      `collect: ${serving.host} is not the loopback, and there are no tokens: anyone could write; make one with "isotrace collect token make NAME --scope ingest"`,
    );
  const lock = new DataLock(data);
  const store = new FileStore(data);
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const index = await startIndex(join(data, "index.sqlite"), isToReindex, fail);
  if (index.renewed !== undefined) log("info", "index made anew", { because: index.renewed });
  const models = new ThreadedModels(() => index.connect());
  const indexer = new Indexer(store, index, models, log);
  const metrics = new Metrics();
  const shared = { rates: new Rates(options.rate), readers: new Readers() };
  const collector: Collector = {
    store,
    tokens,
    index,
    indexer,
    models,
    sink: indexer,
    metrics,
    log,
    ...shared,
  };
  for (const gauge of gaugesOf(collector, data, () => index.waiting())) metrics.add(gauge);
  await indexer.start();
  const look = () =>
    expire(collector, rules).catch((error: Error) =>
      log("warn", "expiry failed", { message: error.message }),
    );
  await look();
  const expiry = setInterval(() => void look(), expiryInterval);
  // Its threads would keep the process from ending, also if it cannot listen.
  const end = async () => {
    clearInterval(expiry);
    await indexer.stop();
    await models.close();
    await index.close();
    lock.release();
  };
  const listening = await listen(collector, serving).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    url: listening.url,
    collector,
    failed,
    stop: async () => {
      await listening.stop();
      await end();
    },
  };
}
