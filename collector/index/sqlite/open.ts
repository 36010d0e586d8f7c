import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isFull } from "../../store/is-full.ts";
import { indexVersion, schema } from "./schema.ts";

export interface OpenedIndex {
  readonly database: DatabaseSync;
  /** Why it was made anew; undefined if what there was is sound. */
  readonly renewed: string | undefined;
}

/**
 * Opens the index, or makes an empty one where there is none, or one that is damaged or of another version: the recordings
 * have all that it had. @param isToBeMade whether what is there goes in any case. @throws a system error, or one of SQLite's
 */
export function openIndex(path: string, isToBeMade = false): OpenedIndex {
  const fault = isToBeMade ? "it was asked for" : faultOf(path);
  if (fault === undefined) return { database: connect(path), renewed: undefined };
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
  const database = connect(path);
  database.exec(`BEGIN; ${schema} PRAGMA user_version = ${indexVersion}; COMMIT`);
  return { database, renewed: fault };
}

function faultOf(path: string): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = connect(path);
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version !== indexVersion) return version === 0 ? "there is none" : `it is of version ${version}`;
    const { quick_check: found } = database.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    return found === "ok" ? undefined : `it is damaged: ${found}`;
  } catch (error) {
    if (isFull(error)) throw error; // it may be sound
    // SQLite says what is wrong with the file; whether a new one can be made there shows at once.
    return `it is damaged: ${(error as Error).message}`;
  } finally {
    database?.close();
  }
}

/** Losing the last transactions in a power failure is no harm: they are made again (sqlite.org/pragma.html#pragma_synchronous). */
function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
  database.exec("PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864");
  return database;
}
