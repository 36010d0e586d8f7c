import type { SourceVersion } from "../archive/package.ts";
import type { ArchiveConfig } from "../instance.ts";
import { sourceFilter } from "../reprepro/configuration.ts";
import type { Reprepro } from "../reprepro/program.ts";
import type { Say } from "../session.ts";
import { sourceFilterList, writeConfiguration } from "./configure.ts";
import type { Names } from "./filter.ts";

/** Every suite is exported, also one that no package is in: it is a valid archive. */
const exported = "--export=lookedat";

/** One attempt to bring a mirror to upstream's state. @throws RepreproFailure */
export async function update(
  reprepro: Reprepro,
  archive: ArchiveConfig,
  names: Names | undefined,
  say: Say,
): Promise<void> {
  // Suites and architectures that are no longer configured.
  await reprepro.run(["--delete", "clearvanished"]);
  if (names === undefined || !archive.sources) {
    await reprepro.run([exported, "update"]);
    return;
  }
  // The sources of the binaries are known when the binaries are.
  await reprepro.run([exported, "-T", "deb", "update"]);
  const wanted = await neededSources(reprepro, archive);
  const sources = [...names.sources, ...wanted.map(({ name }) => name)];
  writeConfiguration(reprepro.base, sourceFilter, sourceFilterList(archive, sources));
  await reprepro.run([exported, "--noskipold", "-T", "dsc", "update"]);
  const there = new Set((await mirroredSources(reprepro, archive)).map(key));
  const missing = wanted.filter((each) => !there.has(key(each)) && !archive.lacking.includes(each.name));
  for (const { name, version } of missing)
    say(
      `${archive.name}: the source ${name} ${version} of a binary package is not the newest, and is not mirrored`,
    );
}

async function neededSources(reprepro: Reprepro, archive: ArchiveConfig): Promise<SourceVersion[]> {
  return list(reprepro, archive, "deb", format("$source", "$sourceversion"));
}

async function mirroredSources(reprepro: Reprepro, archive: ArchiveConfig): Promise<SourceVersion[]> {
  return list(reprepro, archive, "dsc", format("package", "version"));
}

/** A line of two fields, as `--list-format` of reprepro(1) has them. */
function format(first: string, second: string): string {
  return `\${${first}} \${${second}}\\n`;
}

async function list(
  reprepro: Reprepro,
  archive: ArchiveConfig,
  type: "deb" | "dsc",
  lineFormat: string,
): Promise<SourceVersion[]> {
  const found = new Map<string, SourceVersion>();
  for (const suite of archive.suites) {
    const lines = (await reprepro.run(["-T", type, "--list-format", lineFormat, "list", suite])).split("\n");
    for (const line of lines.filter(Boolean)) {
      const [name, version] = line.split(" ");
      const source = { name: name!, version: version! };
      found.set(key(source), source);
    }
  }
  return [...found.values()];
}

function key({ name, version }: SourceVersion): string {
  return `${name} ${version}`;
}
