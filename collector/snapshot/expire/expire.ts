import type { Session } from "../session.ts";
import { deleteSnapshots } from "./delete.ts";
import type { ExpiryPlan } from "./plan.ts";

/** Deletes what a plan says. */
export async function expire(session: Session, { snapshots }: ExpiryPlan): Promise<void> {
  if (snapshots.length === 0) return;
  const which = snapshots.map(({ archive, serial }) => ({ archive, serial }));
  session.state.pending = { kind: "expire", snapshots: which };
  session.save();
  await deleteSnapshots(session, which);
  session.state.pending = null;
  session.save();
}
