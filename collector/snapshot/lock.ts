import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SnapshotError } from "./error.ts";
import type { Layout } from "./layout.ts";

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
    database.exec(`PRAGMA busy_timeout = ${Math.round(seconds * 1000)}`);
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw new SnapshotError({
      subject: layout.data,
      rule: `another command is changing it${holderOf(layout)}`,
      remedy: "wait until that has ended, or give --wait SECONDS",
      cause: error,
    });
  }
  writeFileSync(holderFile(layout), `${command}, process ${process.pid}`);
  return { [Symbol.dispose]: () => database.close() };
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
