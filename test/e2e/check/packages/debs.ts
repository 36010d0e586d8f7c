import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { execa } from "execa";
import type { PackageJson } from "../../../../collector/manifest/json.ts";
import { sha256 } from "../../lib/hash.ts";

/** A package's file, as it was fetched, and what it says of itself. */
export interface Deb {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly sourceVersion: string;
  readonly size: number;
  readonly sha256: string;
  readonly isOfBootstrap: boolean;
}

/** The files that live-build keeps of what was fetched, when its package cache is on. */
export async function keptDebs(build: string): Promise<Deb[]> {
  const debs: Deb[] = [];
  for (const directory of ["packages.bootstrap", "packages.chroot", "packages.binary"]) {
    const path = join(build, "cache", directory);
    const files = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".deb")) : [];
    for (const file of files) debs.push(await debAt(join(path, file), directory === "packages.bootstrap"));
  }
  return debs;
}

/** The files of packages that live-build did not keep, fetched from where the manifest says that they came from. */
export async function fetchDebs(packages: readonly PackageJson[], directory: string): Promise<Deb[]> {
  mkdirSync(directory, { recursive: true });
  const debs: Deb[] = [];
  for (const { uri } of packages) {
    if (uri === null) continue;
    const path = join(directory, basename(uri));
    const response = await fetch(uri);
    if (!response.ok) throw new Error(`${uri}: the archive answers ${response.status}`);
    writeFileSync(path, Buffer.from(await response.arrayBuffer()));
    debs.push(await debAt(path, false));
  }
  return debs;
}

async function debAt(path: string, isOfBootstrap: boolean): Promise<Deb> {
  const { stdout } = await execa("dpkg-deb", [
    "--field",
    path,
    "Package",
    "Version",
    "Architecture",
    "Source",
  ]);
  const fields = new Map(stdout.split("\n").map((line) => line.split(": ", 2) as [string, string]));
  const [name, version, architecture] = ["Package", "Version", "Architecture"].map(
    (each) => fields.get(each)!,
  );
  // deb-control(5), "Source": the version stands in parentheses where it is another one.
  const [, source, sourceVersion] = /^(\S+)(?: \((\S+)\))?$/.exec(fields.get("Source") ?? name!) ?? [];
  return {
    file: basename(path),
    name: name!,
    version: version!,
    architecture: architecture!,
    source: source!,
    sourceVersion: sourceVersion ?? version!,
    size: statSync(path).size,
    sha256: await sha256(path),
    isOfBootstrap,
  };
}
