import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "./layout.ts";
import type { Session } from "./session.ts";

/** Where reprepro writes the indices of a snapshot (reprepro(1), `gensnapshot`). */
export function heldDirectory(layout: Layout, archive: string, suite: string, serial: string): string {
  return join(layout.base(archive), "dists", suite, "snapshots", serial);
}

/**
 * Deletes reprepro's snapshots of a serial, of those suites that no snapshot needs it for, and their references.
 * @param only the one suite to look at.
 */
export async function forgetHeld(
  session: Session,
  archive: string,
  serial: string,
  only?: string,
): Promise<void> {
  const { layout, state } = session;
  const dists = join(layout.base(archive), "dists");
  const needed = new Set(
    state.snapshots
      .filter((each) => each.archive === archive)
      .flatMap(({ suites }) => suites.filter(({ held }) => held === serial).map(({ name }) => name)),
  );
  const suites = (existsSync(dists) ? readdirSync(dists) : []).filter(
    (suite) =>
      (only ?? suite) === suite &&
      !needed.has(suite) &&
      existsSync(heldDirectory(layout, archive, suite, serial)),
  );
  if (suites.length === 0) return;
  await session.database(archive).change(async (reprepro) => {
    // Not unreferencesnapshot: it refuses a suite that is no longer configured.
    for (const suite of suites) await reprepro.run(["_removereferences", `s=${suite}=${serial}`]);
  });
  for (const suite of suites)
    rmSync(heldDirectory(layout, archive, suite, serial), { recursive: true, force: true });
}
