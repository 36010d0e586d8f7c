import type { Session } from "../session.ts";
import { deleteSnapshots } from "./delete.ts";
import type { ExpiryPlan } from "./plan.ts";

/** Deletes what a plan says. */
export async function expire(session: Session, { snapshots }: ExpiryPlan): Promise<void> {
  if (snapshots.length === 0) return;
  const { state } = session;
  // With one write they are no longer there, and what is left of them is to be deleted.
  state.pending = { kind: "expire", snapshots: [...snapshots] };
  state.snapshots = state.snapshots.filter((each) => !snapshots.includes(each));
  session.save();
  await deleteSnapshots(session, snapshots);
  state.pending = null;
  session.save();
}
