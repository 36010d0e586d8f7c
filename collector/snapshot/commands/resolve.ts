import { resolveTree } from "../tree/resolve.ts";
import { parse, print, refuseWords, type SnapshotCommand } from "./command.ts";

export const resolveCommand: SnapshotCommand = {
  name: "resolve",
  summary: "find the serials for one build",
  usage: `isotrace snapshot resolve [--tree DIR]
  Prints ARCHIVE and SERIAL, and writes tmp/APT_snapshots.d/ARCHIVE/serial. "isotrace run" does it itself.
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { tree: { type: "string", default: "." } });
  refuseWords("resolve", positionals);
  for (const each of await resolveTree(values.tree)) print(each.join(" "));
  return 0;
}
