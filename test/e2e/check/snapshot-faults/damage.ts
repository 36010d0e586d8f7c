import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestInstance } from "../../../collector/snapshot/support/instance.ts";
import type { Upstream } from "../../../collector/snapshot/support/upstream.ts";
import { faultsOf } from "./whole.ts";

/** Damages reprepro's databases, with the copy beside them and without. @returns what is wrong after the next command */
export async function damage(
  instance: TestInstance,
  upstream: Upstream,
  url: string,
  home: string,
  print: (line: string) => void,
): Promise<string[]> {
  const base = instance.layout.base("debian");
  const faults: string[] = [];
  let version = 0;
  for (const [name, act] of Object.entries(damages)) {
    for (const copy of ["kept", "lost too"] as const) {
      await history(instance, upstream, `${++version}`);
      act(join(base, "db"));
      if (copy === "lost too") rmSync(join(base, "db.tar"), { force: true });
      const said: string[] = [];
      for (const command of [["take"], ["mirror"], ["take"], ["expire"]]) {
        const { status, stderr } = await instance.run(command[0]!, ...command.slice(1));
        if (stderr !== "") said.push(stderr.trim());
        if (status !== 0) faults.push(`${name}, copy ${copy}, ${command.join(" ")}: ${stderr}`);
      }
      const found = await faultsOf(instance, url, home);
      faults.push(...found.map((fault) => `${name}, copy ${copy}: ${fault}`));
      print(
        `${name}, copy ${copy}: ${said.join("; ") || "nothing said"}: ${found.length === 0 ? "whole" : found.join("; ")}`,
      );
    }
  }
  return faults;
}

/** Three states of upstream: one in a snapshot that is to expire, one in a snapshot that stays, one in the mirror alone. */
async function history(instance: TestInstance, upstream: Upstream, version: string): Promise<void> {
  for (const [state, days] of Object.entries({ a: "0", b: "9", c: undefined })) {
    upstream.set("stable", [
      { name: "alpha", version: `${version}.${state}` },
      { name: "beta", version: "1.0" },
    ]);
    await upstream.publish();
    await instance.must("mirror");
    if (days !== undefined) await instance.must("take", "--days", days);
  }
}

const damages: Record<string, (db: string) => void> = {
  "every database overwritten": (db) => {
    for (const name of databases(db))
      writeFileSync(join(db, name), Buffer.alloc(statSync(join(db, name)).size, 0xa5));
  },
  "packages.db cut": (db) => truncateSync(join(db, "packages.db"), 5000),
  "references.db deleted": (db) => rmSync(join(db, "references.db"), { force: true }),
  "checksums.db empty": (db) => truncateSync(join(db, "checksums.db"), 0),
  "the directory deleted": (db) => rmSync(db, { recursive: true, force: true }),
};

function databases(db: string): string[] {
  return readdirSync(db).filter((name) => name.endsWith(".db"));
}
