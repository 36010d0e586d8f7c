import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../files/durable.ts";
import type { ArchiveConfig } from "../instance.ts";
import { importKeyring } from "../key/keyring.ts";
import { binaryFilter, configurationOf, sourceFilter } from "../reprepro/configuration.ts";
import type { Names } from "./filter.ts";

/** Writes the configuration of a mirror's reprepro. @throws SnapshotError for a keyring that is none */
export async function configure(
  base: string,
  archive: ArchiveConfig,
  names: Names | undefined,
): Promise<void> {
  mkdirSync(base, { recursive: true });
  const keys = await importKeyring(archive.keyring, join(base, "gnupg"));
  const files = configurationOf(archive, keys);
  files[binaryFilter] = filterList(names?.binaries ?? []);
  files[sourceFilter] = sourceFilterList(archive, names?.sources ?? []);
  for (const [name, text] of Object.entries(files)) writeConfiguration(base, name, text);
}

/** A list as reprepro reads it (reprepro(1), `FilterList`). */
function filterList(names: Iterable<string>): string {
  return [...new Set(names)]
    .sort()
    .map((name) => `${name} install\n`)
    .join("");
}

export function sourceFilterList({ lacking }: ArchiveConfig, names: Iterable<string>): string {
  const there = [...names].filter((name) => !lacking.includes(name));
  return `${filterList(there)}${lacking.map((name) => `${name} purge\n`).join("")}`;
}

export function writeConfiguration(base: string, name: string, text: string): void {
  const path = join(base, "conf", name);
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeDurably(path, text);
}
