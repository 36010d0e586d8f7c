import { resolve } from "node:path";
import { UsageError } from "../../cli/usage-error.ts";
import { SnapshotError } from "../error.ts";
import { digestOf } from "../files/digest.ts";
import { readState } from "../state.ts";
import { rebuild } from "../verify/rebuild.ts";
import { layoutOf, parse, print, type SnapshotCommand } from "./command.ts";

export const verifyCommand: SnapshotCommand = {
  name: "verify",
  summary: "rebuild a release from its tag alone, and compare",
  usage: `isotrace snapshot verify [--tree DIR] [--work DIR] [--iso FILE|--sha256 HEX] TAG [-- COMMAND...]
  Builds the image again where nothing can be reached but the tag's archives, and compares the ISO.
  --tree DIR     the image's tree as it was released (default: the current directory); it is copied
  --work DIR     where to build (default: DATA/verify/TAG)
  --iso FILE, --sha256 HEX
                 the image that was released (default: what the tag knows)
  COMMAND        default: that of the tagged build, else lb build
  Exits 0 if it is the same, 1 if it differs.
`,
  main,
};

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

async function main(args: string[]): Promise<number> {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const { values, positionals } = parse(args.slice(0, end), {
    tree: { type: "string", default: "." },
    work: { type: "string" },
    iso: { type: "string" },
    sha256: { type: "string" },
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1)
    throw new UsageError("snapshot verify: give one TAG, for example: isotrace snapshot verify 1.0");
  const layout = layoutOf(values);
  const tag = readState(layout).tags.find((each) => each.name === name);
  if (tag === undefined)
    throw new SnapshotError({
      subject: `tag ${name}`,
      rule: "must exist",
      remedy: 'see "isotrace snapshot list"',
    });
  const released = values.iso === undefined ? (values.sha256 ?? tag.image?.sha256) : digestOf(values.iso);
  if (released === undefined || !/^[0-9a-f]{64}$/.test(released))
    throw new UsageError(
      `snapshot verify: the tag ${name} knows no image; give the one released with --iso FILE or --sha256 HEX`,
    );
  const recorded = tag.image?.command ?? [];
  const command =
    end < args.length - 1 ? args.slice(end + 1) : recorded.length > 0 ? recorded : ["lb", "build"];
  const { image, sha256 } = await rebuild(layout, tag, {
    tree: values.tree,
    work: resolve(values.work ?? `${layout.data}/verify/${name}`),
    command,
    environment: { PATH: path, HOME: "/root", LANG: "C.UTF-8", ...ownEpoch(), ...tag.image?.environment },
  });
  print(`released ${released}\nrebuilt  ${sha256} ${image}`);
  print(
    sha256 === released
      ? `${name}: the same, from its archives alone`
      : `${name}: DIFFERENT; "isotrace diff" tells what, of two recorded builds`,
  );
  return sha256 === released ? 0 : 1;
}

/** Of a tag that does not know the build's environment. */
function ownEpoch(): Record<string, string> {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  return epoch === undefined ? {} : { SOURCE_DATE_EPOCH: epoch };
}
