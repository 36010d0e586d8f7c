import { take } from "../take/take.ts";
import {
  numberOf,
  openSession,
  parse,
  print,
  refuseWords,
  type SnapshotCommand,
  timeText,
} from "./command.ts";

export const takeCommand: SnapshotCommand = {
  name: "take",
  summary: "take a snapshot of every mirror",
  usage: `isotrace snapshot take [--days N]
  Prints ARCHIVE, SERIAL and until when it is valid: N days (default: what instance.yml says).
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { days: { type: "string" } });
  refuseWords("take", positionals);
  const days = values.days === undefined ? undefined : numberOf("take", "days", values.days, 0);
  await using session = await openSession("take", values);
  for (const { archive, serial, validUntil } of await take(session, days ?? session.instance.days))
    print(`${archive} ${serial} valid until ${timeText(validUntil)}`);
  return 0;
}
