import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filesOf } from "../archive/release.ts";
import { SnapshotError } from "../error.ts";
import { forgetHeld, heldDirectory } from "../held.ts";
import { contentOf } from "../mirror/mirror.ts";
import { publish, writeTraces } from "../publish.ts";
import { nextSerial } from "../serial.ts";
import type { Session } from "../session.ts";
import type { Mirror, Snapshot, SnapshotSuite } from "../state.ts";

const day = 24 * 60 * 60 * 1000;

/**
 * Takes a snapshot of every mirror, all with one serial. A suite that has not changed since the last needs no space but
 * that of its Release files.
 * @throws SnapshotError
 */
export async function take(session: Session, days: number): Promise<Snapshot[]> {
  const { layout, state, instance } = session;
  const archives = instance.archives
    .map(({ name }) => name)
    .filter((name) => state.mirrors[name] !== undefined);
  if (archives.length === 0)
    throw new SnapshotError({
      subject: layout.data,
      rule: "has no mirror yet",
      remedy: 'run "isotrace snapshot mirror"',
    });
  const now = new Date();
  const serial = serialFor(session, now);
  state.lastSerial = serial;
  state.pending = { kind: "take", serial };
  session.save();
  const taken: Snapshot[] = [];
  for (const archive of archives) {
    const suites = await hold(session, archive, state.mirrors[archive]!, serial);
    // Whole seconds, as a Release file has them.
    const time = Math.floor(now.getTime() / 1000) * 1000;
    taken.push({ archive, serial, taken: time, validUntil: time + days * day, suites });
  }
  const signer = await session.signer();
  for (const snapshot of taken) await publish(layout, snapshot, signer);
  state.snapshots.push(...taken);
  state.pending = null;
  session.save();
  writeTraces(layout, state);
  return taken;
}

function serialFor({ state, layout }: Session, now: Date): string {
  const serial = nextSerial(state.lastSerial, now);
  if (serial !== undefined) return serial;
  throw new SnapshotError({
    subject: layout.data,
    rule: "may have 99 snapshots of one day (YYYYMMDDNN)",
    value: state.lastSerial,
    remedy: "wait until tomorrow, UTC",
  });
}

/** Has reprepro hold the packages of an archive's suites, where none of its snapshots does already. */
async function hold(
  session: Session,
  archive: string,
  mirror: Mirror,
  serial: string,
): Promise<SnapshotSuite[]> {
  const suites: SnapshotSuite[] = [];
  for (const [name, { content, release }] of Object.entries(mirror.suites)) {
    const last = lastOf(session, archive, name);
    if (last !== undefined && last.content === content) {
      suites.push({ ...last, release });
      continue;
    }
    const held = await generate(session, archive, name, serial);
    const isNew = last?.content !== held.content;
    if (!isNew) await forgetHeld(session, archive, serial, name);
    suites.push(isNew ? { ...held, release } : { ...last!, release });
  }
  return suites;
}

function lastOf({ state }: Session, archive: string, suite: string): SnapshotSuite | undefined {
  return state.snapshots
    .findLast((each) => each.archive === archive)
    ?.suites.find(({ name }) => name === suite);
}

async function generate(
  session: Session,
  archive: string,
  suite: string,
  serial: string,
): Promise<Omit<SnapshotSuite, "release">> {
  const directory = heldDirectory(session.layout, archive, suite, serial);
  rmSync(directory, { recursive: true, force: true });
  await session.database(archive).change((reprepro) => reprepro.run(["gensnapshot", suite, serial]));
  const path = join(directory, "Release");
  const text = readFileSync(path, "latin1");
  return { name: suite, held: serial, content: contentOf(text, path), files: filesOf(text, path) };
}
