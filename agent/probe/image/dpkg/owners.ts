import { type Diversion, parseDiversions } from "./diversions.ts";
import type { PathResolver } from "./resolve.ts";
import { type Conffile, type PackageStatus, parseStatus } from "./status.ts";

/** A package says that a path is its own. */
export interface Claim {
  /** "name:architecture". */
  package: string;
  /** MD5 in hexadecimal of the regular file that it shipped; undefined for what is no regular file, or not known. */
  md5: string | undefined;
}

/** Files of /var/lib/dpkg by path. */
export type DpkgDatabase = ReadonlyMap<string, Buffer>;

const directory = "/var/lib/dpkg";

/** Which packages own which path of an image, by the image's own database, several in byte order of their names. */
export function readOwners(database: DpkgDatabase, resolver: PathResolver): Map<string, Claim[]> {
  const owners = new Map<string, Claim[]>();
  const diversions = parseDiversions(textOf(database, `${directory}/diversions`), resolver);
  for (const owner of packages(database)) {
    const checksums = parseChecksums(textOf(database, owner.checksums));
    for (const { path, md5 } of owner.conffiles) checksums.set(path, md5);
    for (const path of pathsOf(database, owner, checksums)) {
      const at = placeOf(resolver.canonical(path), owner, diversions);
      const claim: Claim = { package: owner.id, md5: checksums.get(path) };
      const others = owners.get(at);
      if (others === undefined) owners.set(at, [claim]);
      else others.push(claim);
    }
  }
  return owners;
}

interface Package {
  id: string;
  name: string;
  conffiles: Conffile[];
  /** Path of its list; "" where only checksums say what it has. */
  list: string;
  checksums: string;
}

/** In byte order of id. */
function packages(database: DpkgDatabase): Package[] {
  const statuses = statusByName(database);
  const found: Package[] = [];
  for (const path of database.keys()) {
    const info = /^\/var\/lib\/dpkg\/info\/([^/:]+)(?::([^/]+))?\.list$/.exec(path);
    if (info !== null) {
      const [, name, architecture] = info;
      const status = statuses.get(`${name}:${architecture}`) ?? statuses.get(name!);
      const id = status === undefined ? path.slice(`${directory}/info/`.length, -5) : idOf(status);
      const checksums = path.replace(/list$/, "md5sums");
      found.push({ id, name: name!, conffiles: status?.conffiles ?? [], list: path, checksums });
    }
    // Images made without dpkg ("distroless") have a file of its own for each package.
    if (/^\/var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path) && !path.endsWith(".md5sums")) {
      for (const status of parseStatus(textOf(database, path))) {
        const { name, conffiles } = status;
        found.push({ id: idOf(status), name, conffiles, list: "", checksums: `${path}.md5sums` });
      }
    }
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** By name, and by name and architecture. */
function statusByName(database: DpkgDatabase): Map<string, PackageStatus> {
  const statuses = new Map<string, PackageStatus>();
  for (const status of parseStatus(textOf(database, `${directory}/status`))) {
    statuses.set(status.name, status);
    statuses.set(idOf(status), status);
  }
  return statuses;
}

function idOf({ name, architecture }: PackageStatus): string {
  return architecture === "" ? name : `${name}:${architecture}`;
}

/** Lines of "MD5  path without its first slash". */
function parseChecksums(text: string): Map<string, string | undefined> {
  const checksums = new Map<string, string | undefined>();
  for (const line of text.split("\n")) {
    if (/^[0-9a-f]{32} [ *]/.test(line)) checksums.set(`/${line.slice(34)}`, line.slice(0, 32));
  }
  return checksums;
}

// The list alone says what a package owns: its checksums go on naming files that another package has taken over.
function pathsOf(database: DpkgDatabase, owner: Package, checksums: Map<string, unknown>): Set<string> {
  if (owner.list === "") return new Set(checksums.keys());
  const listed = textOf(database, owner.list)
    .split("\n")
    .filter((line) => line !== "");
  return new Set([...listed, ...owner.conffiles.map(({ path }) => path)]);
}

function placeOf(path: string, owner: Package, diversions: Map<string, Diversion>): string {
  const diversion = diversions.get(path);
  return diversion === undefined || diversion.package === owner.name ? path : diversion.to;
}

function textOf(database: DpkgDatabase, path: string): string {
  return database.get(path)?.toString("latin1") ?? "";
}
