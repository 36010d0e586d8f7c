import { basename } from "node:path";
import { UsageError } from "../../cli/usage-error.ts";
import { serialPattern } from "../serial.ts";
import { readTagInput } from "../tag/input.ts";
import { tag } from "../tag/tag.ts";
import { openSession, parse, print, type SnapshotCommand } from "./command.ts";

export const tagCommand: SnapshotCommand = {
  name: "tag",
  summary: "keep what a release used, for good",
  usage: `isotrace snapshot tag [--at ARCHIVE=SERIAL...] [--iso FILE] TAG BUILD|MANIFEST
  Makes archives of exactly what the build-manifest lists, and the sources of its binaries.
  --at ARCHIVE=SERIAL   look there, whatever the manifest names
  --iso FILE            the image that was released, for "verify" (of a BUILD it is known)
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    at: { type: "string", multiple: true, default: [] },
    iso: { type: "string" },
  });
  const [name, given] = positionals;
  if (name === undefined || given === undefined || positionals.length > 2)
    throw new UsageError(
      "snapshot tag: give a TAG and a BUILD or MANIFEST, for example: isotrace snapshot tag 1.0 isotrace/latest",
    );
  const at = new Map(values.at.map(pairOf));
  const { manifest, image } = readTagInput(given, values.iso, process.cwd());
  await using session = await openSession("tag", values);
  const made = await tag(session, { name, manifest, at, image });
  const origins = Object.entries(made.archives).map((each) => each.join(" "));
  print(`${name}: ${made.binaries} binary packages, ${made.sources} sources, of ${origins.join(", ")}`);
  if (made.lacking.length > 0)
    print(`without these sources, which upstream lacks: ${made.lacking.join(", ")}`);
  if (made.image === null)
    print(
      `no image is known for ${basename(given)}: give it to "isotrace snapshot verify ${name}" with --iso`,
    );
  return 0;
}

function pairOf(text: string): [archive: string, serial: string] {
  const [, archive, serial] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (archive !== undefined && serialPattern.test(serial!)) return [archive, serial!];
  throw new UsageError(`snapshot tag: --at must be ARCHIVE=SERIAL, but it is ${JSON.stringify(text)}`);
}
