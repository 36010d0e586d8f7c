import { UsageError } from "../../cli/usage-error.ts";
import { expire } from "../expire/expire.ts";
import { planExpiry } from "../expire/plan.ts";
import {
  openSession,
  parse,
  print,
  refuseWords,
  type SnapshotCommand,
  sizeText,
  timeText,
} from "./command.ts";

export const expireCommand: SnapshotCommand = {
  name: "expire",
  summary: "delete the snapshots that are no longer valid",
  usage: `isotrace snapshot expire [--dry-run] [--at TIME]
  Shows what it would free, then deletes it: snapshots past their Valid-Until, with every package that nothing refers to.
  --dry-run    shows it only
  --at TIME    as if it were that time (ISO 8601)
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    "dry-run": { type: "boolean", default: false },
    at: { type: "string" },
  });
  refuseWords("expire", positionals);
  const now = values.at === undefined ? Date.now() : Date.parse(values.at);
  if (Number.isNaN(now))
    throw new UsageError(
      `snapshot expire: --at must be a time such as 2026-12-31T00:00:00Z, but it is ${JSON.stringify(values.at)}`,
    );
  await using session = await openSession("expire", values);
  const plan = planExpiry(session.layout, session.state, now);
  for (const { archive, serial, validUntil } of plan.snapshots)
    print(`${archive} ${serial} was valid until ${timeText(validUntil)}`);
  print(
    `${plan.snapshots.length} snapshots, ${plan.files} files that only they need, ${sizeText(plan.bytes)}`,
  );
  if (values["dry-run"]) return 0;
  await expire(session, plan);
  if (plan.snapshots.length > 0) print("deleted");
  return 0;
}
