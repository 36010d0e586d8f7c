import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SnapshotError } from "./error.ts";
import type { Layout } from "./layout.ts";

/** SQLITE_BUSY (https://www.sqlite.org/rescode.html). */
const busy = 5;

/**
 * The right to change an instance, for one command at a time. It is a lock of the kernel's (through SQLite, as Node has no
 * other way to fcntl(2)), so that it ends with its holder, however that ends.
 *
 * @param seconds how long to wait for another command.
 * @throws SnapshotError if another command holds it.
 */
export function lock(layout: Layout, command: string, seconds: number): Disposable {
  mkdirSync(layout.data, { recursive: true });
  const database = new DatabaseSync(layout.lock);
  try {
    // Nothing is ever written: a full disk is no reason not to free some.
    database.exec(`PRAGMA busy_timeout = ${Math.round(seconds * 1000)}; PRAGMA journal_mode = MEMORY`);
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw refusal(layout, error as Error & { errcode?: number });
  }
  tellHolder(layout, command);
  return { [Symbol.dispose]: () => database.close() };
}

function refusal(layout: Layout, error: Error & { errcode?: number }): SnapshotError {
  if (error.errcode !== busy) {
    const rule = `must be lockable (${error.message})`;
    return new SnapshotError({
      subject: layout.lock,
      rule,
      remedy: "check the disk, and who owns it",
      cause: error,
    });
  }
  return new SnapshotError({
    subject: layout.data,
    rule: `another command is changing it${holderOf(layout)}`,
    remedy: "wait until that has ended, or give --wait SECONDS",
    cause: error,
  });
}

function tellHolder(layout: Layout, command: string): void {
  try {
    writeFileSync(holderFile(layout), `${command}, process ${process.pid}`);
  } catch {
    // Of a full disk: whoever waits is not told for whom.
  }
}

/** Only for the message of who must wait. */
function holderFile(layout: Layout): string {
  return `${layout.lock}.holder`;
}

function holderOf(layout: Layout): string {
  try {
    return ` (${readFileSync(holderFile(layout), "utf8").slice(0, 200)})`;
  } catch {
    return ""; // it has just begun, or the disk is full: the message goes without
  }
}
