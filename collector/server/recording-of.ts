import type { Recording } from "../index/models/materials.ts";
import type { Facts } from "../store/recording-store.ts";
import type { Collector } from "./collector.ts";

/** What is to be read of a recording now. @throws StoreError if it is gone */
export function recordingOf({ store }: Collector, { key, size }: Facts): Recording {
  return { key, path: store.path(key), size };
}
