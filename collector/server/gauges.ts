import { statfsSync } from "node:fs";
import type { Collector } from "./collector.ts";
import type { Gauge } from "./metrics.ts";

/**
 * What the metrics ask when they are asked for.
 * @param data the collector's directory.
 * @param questions that the index has not answered.
 */
export function gaugesOf({ store, indexer }: Collector, data: string, questions: () => number): Gauge[] {
  const one = (value: () => number) => () => [{ value: value() }];
  return [
    {
      name: "isotrace_builds",
      help: "Builds, by state.",
      values: () => Object.entries(indexer.counts()).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "isotrace_store_bytes",
      help: "Bytes of recordings that are durable.",
      values: one(() => store.list().reduce((sum, { size }) => sum + size, 0)),
    },
    {
      name: "isotrace_free_bytes",
      help: "Room on the disk of --data: without any, agents are refused with the code full, and try again.",
      values: one(() => {
        const { bavail, bsize } = statfsSync(data);
        return bavail * bsize;
      }),
    },
    {
      name: "isotrace_index_waiting_builds",
      help: "Whole recordings that wait to be described in the index.",
      values: one(() => indexer.waiting.builds),
    },
    {
      name: "isotrace_index_lag_seconds",
      help: "For how long the first of them waits.",
      values: one(() => {
        const { since } = indexer.waiting;
        return since === undefined ? 0 : (performance.now() - since) / 1000;
      }),
    },
    {
      name: "isotrace_index_questions",
      help: "Questions that the index has not answered yet.",
      values: one(questions),
    },
    { name: "isotrace_watchers", help: "Clients of /v1/events.", values: one(() => indexer.watching) },
    {
      name: "isotrace_resident_bytes",
      help: "Memory of the process.",
      values: one(() => process.memoryUsage.rss()),
    },
  ];
}
