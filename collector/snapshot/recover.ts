import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { deleteSnapshots } from "./expire/delete.ts";
import { forgetHeld } from "./held.ts";
import type { Layout } from "./layout.ts";
import { isPublished, publish, writeTraces } from "./publish.ts";
import type { Session } from "./session.ts";

/** Brings everything in line with what the state says: a command that was killed has left nothing half done after it. */
export async function recover(session: Session): Promise<void> {
  await mendDatabases(session);
  await settlePending(session);
  removeStaging(session);
  for (const snapshot of session.state.snapshots) {
    if (isPublished(session.layout, snapshot)) continue;
    await publish(session.layout, snapshot, await session.signer());
    session.say(`${snapshot.archive} ${snapshot.serial}: published again`);
  }
  writeTraces(session.layout, session.state);
}

async function mendDatabases(session: Session): Promise<void> {
  for (const archive of basesOf(session.layout)) {
    const mended = await session.database(archive).mend();
    if (mended === "nothing") continue;
    session.say(`${archive}: the database of reprepro was ${mended}`);
    const mirror = session.state.mirrors[archive];
    if (mirror === undefined) continue;
    // It may be older than what was exported.
    for (const suite of Object.values(mirror.suites)) suite.content = "";
    session.save();
  }
}

async function settlePending(session: Session): Promise<void> {
  const { state, layout } = session;
  const { pending } = state;
  if (pending === null) return;
  switch (pending.kind) {
    case "take":
      for (const archive of basesOf(layout)) {
        await forgetHeld(session, archive, pending.serial);
        rmSync(layout.snapshot(archive, pending.serial), { recursive: true, force: true });
      }
      break;
    case "tag":
      if (!state.tags.some(({ name }) => name === pending.name))
        rmSync(layout.tag(pending.name), { recursive: true, force: true });
      break;
    case "expire":
      await deleteSnapshots(session, pending.snapshots);
      break;
    default:
      pending satisfies never;
  }
  state.pending = null;
  session.save();
}

function removeStaging({ layout }: Session): void {
  for (const name of existsSync(layout.public) ? readdirSync(layout.public) : [])
    if (name.startsWith(".new-")) rmSync(join(layout.public, name), { recursive: true, force: true });
}

function basesOf(layout: Layout): string[] {
  const archives = join(layout.data, "archives");
  return existsSync(archives) ? readdirSync(archives) : [];
}
