import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { must } from "../same.ts";

/** Of a collector that does not run. @throws Error if SQLite finds the index damaged */
export function expectSoundIndex(data: string): void {
  const database = new DatabaseSync(join(data, "index.sqlite"));
  try {
    const { integrity_check: found } = database.prepare("PRAGMA integrity_check").get() as {
      integrity_check: string;
    };
    must(found === "ok", `the index must be sound, but: ${found}`);
  } finally {
    database.close();
  }
}
