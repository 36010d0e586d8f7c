import { thaw } from "../tree/freeze.ts";
import { latest } from "../tree/settings.ts";
import { parse, print, type SnapshotCommand } from "./command.ts";

export const thawCommand: SnapshotCommand = {
  name: "thaw",
  summary: "let an image's tree follow the latest snapshots",
  usage: `isotrace snapshot thaw [--tree DIR] [ARCHIVE...]
  Writes latest into config/APT_snapshots.d/ARCHIVE/serial.
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { tree: { type: "string", default: "." } });
  for (const archive of thaw(values.tree, positionals)) print(`${archive} ${latest}`);
  return 0;
}
