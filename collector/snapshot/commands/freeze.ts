import { existsSync } from "node:fs";
import { publicKey } from "../key/signer.ts";
import { readState } from "../state.ts";
import { freeze } from "../tree/freeze.ts";
import { layoutOf, parse, print, type SnapshotCommand } from "./command.ts";

export const freezeCommand: SnapshotCommand = {
  name: "freeze",
  summary: "write the serials of now into an image's tree",
  usage: `isotrace snapshot freeze [--tree DIR] [--url URL] [--key FILE] [--security] [ARCHIVE...]
  Writes config/APT_snapshots.d/ARCHIVE/serial: the current serial; of security archives latest.
  --tree DIR   the image's tree (default: the current directory)
  --url URL    where the snapshots are served: remembered in config/isotrace-snapshots.yml
  --key FILE   the key they are signed with: kept as config/isotrace-snapshots.gpg (default: that of --data)
  --security   freeze security archives too
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    tree: { type: "string", default: "." },
    url: { type: "string" },
    key: { type: "string" },
    security: { type: "boolean", default: false },
  });
  const layout = layoutOf(values);
  const known = [...new Set(readState(layout).snapshots.map(({ archive }) => archive))];
  const own = existsSync(publicKey(layout)) ? publicKey(layout) : undefined;
  const { tree, url, security } = values;
  const key = values.key ?? own;
  for (const each of await freeze({ tree, archives: positionals, url, security, key, known }))
    print(each.join(" "));
  return 0;
}
