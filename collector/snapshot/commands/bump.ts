import { UsageError } from "../../cli/usage-error.ts";
import { bump, type Which } from "../bump.ts";
import { serialPattern } from "../serial.ts";
import { latest, readTreeSerials } from "../tree/settings.ts";
import { numberOf, openSession, parse, print, type SnapshotCommand, timeText } from "./command.ts";

export const bumpCommand: SnapshotCommand = {
  name: "bump",
  summary: "keep snapshots valid for longer",
  usage: `isotrace snapshot bump [--days N] SERIAL|ARCHIVE/SERIAL...
isotrace snapshot bump [--days N] --tree DIR
  Moves Valid-Until to N days from now (default: what instance.yml says), and signs again.
  --tree DIR   all that the frozen tree DIR refers to
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { days: { type: "string" }, tree: { type: "string" } });
  const days = values.days === undefined ? undefined : numberOf("bump", "days", values.days, 0);
  const which = [...positionals.map(whichOf), ...(values.tree === undefined ? [] : ofTree(values.tree))];
  if (which.length === 0)
    throw new UsageError("snapshot bump: give a SERIAL, ARCHIVE/SERIAL, or --tree DIR of a frozen tree");
  await using session = await openSession("bump", values);
  for (const { archive, serial, validUntil } of await bump(session, which, days ?? session.instance.days))
    print(`${archive} ${serial} valid until ${timeText(validUntil)}`);
  return 0;
}

function whichOf(text: string): Which {
  const [serial, archive] = text.split("/", 2).reverse();
  if (serialPattern.test(serial!)) return { archive, serial: serial! };
  throw new UsageError(
    `snapshot bump: must be SERIAL or ARCHIVE/SERIAL (YYYYMMDDNN), but it is ${JSON.stringify(text)}; see "isotrace snapshot list"`,
  );
}

function ofTree(tree: string): Which[] {
  const serials = [...readTreeSerials(tree)].filter(([, serial]) => serial !== latest);
  return serials.map(([archive, serial]) => ({ archive, serial }));
}
