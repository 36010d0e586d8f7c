import { judge, type Rules } from "../store/retention.ts";
import type { Collector } from "./collector.ts";

/** Removes the builds that the rules do not keep. */
export async function expire(collector: Collector, rules: Rules): Promise<void> {
  const { store, index, indexer, readers, log } = collector;
  if (rules.keep === undefined && rules.last === undefined) return;
  const names = new Map((await index.outlines()).map(({ key, name }) => [key, name]));
  const candidates = store.list().map((facts) => ({
    facts,
    name: names.get(facts.key) ?? "",
    isInUse: store.isBeingReceived(facts.key) || readers.isRead(facts.key),
  }));
  for (const { facts, isKept, because } of judge(candidates, rules, Date.now())) {
    const { key, build } = facts;
    // It can have come into use since, or have been pinned.
    const isFree = !store.isBeingReceived(key) && !readers.isRead(key) && store.find(key)?.isPinned === false;
    if (isKept || !isFree) continue;
    store.remove(key);
    await indexer.removed(facts);
    log("info", "build expired", { key, build, because });
  }
}
