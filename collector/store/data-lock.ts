import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../cli/usage-error.ts";

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busy = 5;

/**
 * One process at a time writes to a collector's directory. The lock is SQLite's own on an empty database, since Node has none:
 * the kernel takes it away with the process, however that ends (fcntl(2), "Record locks").
 */
export class DataLock {
  readonly #database: DatabaseSync;

  /** @throws UsageError if another process has it, or an error of SQLite's */
  constructor(data: string) {
    this.#database = new DatabaseSync(join(data, "lock"), { timeout: 0 });
    try {
      this.#database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE");
      this.#database.exec("BEGIN EXCLUSIVE; PRAGMA user_version = 1; COMMIT");
    } catch (error) {
      this.#database.close();
      if ((error as { errcode?: number }).errcode !== busy) throw error;
      throw new UsageError(
        `collect: ${data} must be of one collector at a time, but another process has it; stop that one, or take another --data`,
        { cause: error },
      );
    }
  }

  release(): void {
    this.#database.close();
  }
}
