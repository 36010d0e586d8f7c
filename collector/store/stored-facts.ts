import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Facts, StoreError } from "./recording-store.ts";
import { syncDirectory } from "./sync-directory.ts";

const name = "facts.json";

/** What stands beside a recording; the rest of its facts is the file's own. */
export type StoredFacts = Omit<Facts, "size" | "changed"> & {
  /** Of a recording that is complete: a copy of its file would have another time. */
  readonly changed?: number;
};

/** undefined if there are none. @throws StoreError if they cannot be understood, or a system error */
export function readFacts(place: string, key: string): StoredFacts | undefined {
  const path = join(place, name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    const facts = JSON.parse(text) as StoredFacts;
    if (facts.key !== key || typeof facts.build !== "string" || !Array.isArray(facts.labels))
      throw new Error("it is not of this recording");
    return { ...facts, sha256: facts.sha256 ?? "" };
  } catch (error) {
    throw new StoreError(
      "damaged",
      `${path}: must be the facts of a recording, but: ${(error as Error).message}; restore it, or remove its directory`,
      { cause: error },
    );
  }
}

/** Durable when it returns: the file, its name, and that of its directory. @throws a system error: nothing has changed then */
export function writeFacts(place: string, facts: StoredFacts): void {
  const temporary = join(place, `${name}.tmp`);
  try {
    writeFileSync(temporary, `${JSON.stringify(facts, null, 2)}\n`, { flush: true, mode: 0o600 });
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  renameSync(temporary, join(place, name));
  syncDirectory(place);
  syncDirectory(join(place, ".."));
}
