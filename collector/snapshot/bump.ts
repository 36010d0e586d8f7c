import { SnapshotError } from "./error.ts";
import { signAgain } from "./publish.ts";
import type { Session } from "./session.ts";
import type { Snapshot } from "./state.ts";

const day = 24 * 60 * 60 * 1000;

/** One archive's snapshot, or those that all archives have of a serial. */
export interface Which {
  readonly archive: string | undefined;
  readonly serial: string;
}

/** Makes snapshots valid until a number of days from now, never shorter than they are, and signs them again. @throws SnapshotError */
export async function bump(session: Session, which: readonly Which[], days: number): Promise<Snapshot[]> {
  const bumped = which.flatMap((each) => find(session, each));
  const until = Math.floor(Date.now() / 1000) * 1000 + days * day;
  for (const snapshot of bumped) snapshot.validUntil = Math.max(snapshot.validUntil, until);
  // If it is killed after this, the next command signs what has another Valid-Until.
  session.save();
  const signer = await session.signer();
  for (const snapshot of bumped) await signAgain(session.layout, snapshot, signer);
  return bumped;
}

function find({ state }: Session, { archive, serial }: Which): Snapshot[] {
  const found = state.snapshots.filter(
    (each) => each.serial === serial && (archive === undefined || each.archive === archive),
  );
  if (found.length > 0) return found;
  throw new SnapshotError({
    subject: archive === undefined ? `snapshot ${serial}` : `snapshot ${archive}/${serial}`,
    rule: "must exist",
    remedy: 'see "isotrace snapshot list"; one that has expired cannot be brought back',
  });
}
