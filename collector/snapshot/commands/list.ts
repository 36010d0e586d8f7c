import { formatOf } from "../../cli/options.ts";
import { type Depth, faultsOf, faultsOfTag } from "../list.ts";
import { readState } from "../state.ts";
import { layoutOf, parse, print, refuseWords, type SnapshotCommand, timeText } from "./command.ts";

export const listCommand: SnapshotCommand = {
  name: "list",
  summary: "list snapshots and tags, and what is wrong with them",
  usage: `isotrace snapshot list [--files|--content] [--format text|json]
  Looks whether the indices of each are there.
  --files     and each file that they name, with its size
  --content   and with its sha256
  Exits 1 if one is not complete.
`,
  main,
};

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    files: { type: "boolean", default: false },
    content: { type: "boolean", default: false },
    format: { type: "string", default: "text" },
  });
  refuseWords("list", positionals);
  const format = formatOf("snapshot list", ["text", "json"], values.format);
  const depth: Depth = values.content ? "content" : values.files ? "files" : "indices";
  const layout = layoutOf(values);
  const { snapshots, tags } = readState(layout);
  const listed = {
    snapshots: snapshots.map((each) => ({
      archive: each.archive,
      serial: each.serial,
      taken: timeText(each.taken),
      validUntil: timeText(each.validUntil),
      suites: each.suites.map(({ name }) => name),
      faults: faultsOf(layout, each, depth),
    })),
    tags: tags.map((each) => ({
      name: each.name,
      made: each.made,
      archives: each.archives,
      binaries: each.binaries,
      sources: each.sources,
      image: each.image?.sha256 ?? null,
      faults: faultsOfTag(layout, each, depth),
    })),
  };
  if (format === "json") print(JSON.stringify({ version: 1, ...listed }, undefined, 2));
  else printText(listed);
  return [...listed.snapshots, ...listed.tags].some(({ faults }) => faults.length > 0) ? 1 : 0;
}

function printText({ snapshots, tags }: Listed): void {
  for (const { archive, serial, validUntil, suites, faults } of snapshots) {
    const remedy =
      'run "isotrace snapshot mirror", which mends what it can; else it is lost, and another must be taken';
    print(
      `${archive} ${serial} valid until ${validUntil} (${suites.join(", ")})${faultText(faults, remedy)}`,
    );
  }
  for (const { name, archives, binaries, sources, faults } of tags) {
    const origins = Object.entries(archives).map(([archive, serial]) => `${archive} ${serial}`);
    const counts = `${binaries} binary packages, ${sources} sources`;
    print(
      `${name} of ${origins.join(", ")}: ${counts}${faultText(faults, "put its files back from a backup")}`,
    );
  }
  if (snapshots.length + tags.length === 0) print('nothing yet: run "isotrace snapshot mirror", then "take"');
}

interface Listed {
  snapshots: { archive: string; serial: string; validUntil: string; suites: string[]; faults: string[] }[];
  tags: {
    name: string;
    archives: Record<string, string>;
    binaries: number;
    sources: number;
    faults: string[];
  }[];
}

function faultText(faults: readonly string[], remedy: string): string {
  if (faults.length === 0) return "";
  const more = faults.length > 3 ? ` and ${faults.length - 3} more` : "";
  return ` NOT COMPLETE: ${faults.slice(0, 3).join(", ")}${more}; ${remedy}`;
}
