import { type Facts, type RecordingStore, StoreError } from "../store/recording-store.ts";

/** The recording that a key or a build's id means. @throws StoreError if there is none, or if it could be several */
export function findBuild(store: RecordingStore, given: string): Facts {
  const byKey = store.find(given);
  if (byKey !== undefined) return byKey;
  const [found, ...others] = store.list().filter(({ build }) => build === given);
  const shown = JSON.stringify(given.slice(0, 64));
  if (found === undefined)
    throw new StoreError("absent", `there is no build ${shown}; /v1/builds lists them`);
  if (others.length === 0) return found;
  const keys = [found, ...others].map(({ key }) => key).sort();
  throw new StoreError(
    "busy",
    `${keys.length} recordings have the id ${shown}; ask with one of their keys: ${keys.slice(0, 10).join(", ")}`,
  );
}
