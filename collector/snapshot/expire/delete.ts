import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesBelow } from "../files/below.ts";
import { forgetHeld } from "../held.ts";
import type { Session } from "../session.ts";
import type { Snapshot } from "../state.ts";

/**
 * Deletes what is left of snapshots that the state no longer has, and the packages that then nothing refers to. Every step
 * can be done again, so that a command that was killed in it is finished by the next.
 */
export async function deleteSnapshots(session: Session, snapshots: readonly Snapshot[]): Promise<void> {
  for (const { archive, serial } of snapshots)
    rmSync(session.layout.snapshot(archive, serial), { recursive: true, force: true });
  const held = snapshots.flatMap(({ archive, suites }) =>
    suites.map(({ held }) => ({ archive, serial: held })),
  );
  for (const { archive, serial } of held) await forgetHeld(session, archive, serial);
  for (const archive of new Set(snapshots.map(({ archive }) => archive))) await sweep(session, archive);
}

/** Deletes what no snapshot and not the mirror needs: also files that an update left behind that was killed. */
async function sweep(session: Session, archive: string): Promise<void> {
  const pool = session.layout.pool(archive);
  await session.database(archive).change(async (reprepro) => {
    await reprepro.run(["deleteunreferenced"]);
    const known = (await reprepro.run(["_listchecksums"])).split("\n").map((line) => line.split(" ", 1)[0]);
    const names = new Set(known);
    for (const path of filesBelow(pool).filter((each) => !names.has(`pool/${each}`)))
      rmSync(join(pool, path));
  });
  if (!session.state.snapshots.some((each) => each.archive === archive)) {
    const trace = session.layout.trace(archive);
    if (existsSync(trace)) rmSync(dirname(dirname(trace)), { recursive: true });
  }
}
