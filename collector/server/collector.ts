import type { IndexStore } from "../index/index-store.ts";
import type { Indexer } from "../index/indexer.ts";
import type { ThreadedModels } from "../index/threads/threaded-models.ts";
import type { Intake } from "../ingest/socket.ts";
import type { Readers } from "./readers.ts";
import type { Tokens } from "./tokens.ts";

/** What the collector is made of, for those who answer. */
export interface Collector extends Intake {
  readonly tokens: Tokens;
  readonly index: IndexStore;
  readonly indexer: Indexer;
  readonly models: ThreadedModels;
  readonly readers: Readers;
}
