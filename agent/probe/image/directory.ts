import { type BigIntStats, constants, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { changeDirectory, close, O_DIRECTORY, SystemError } from "../../kernel/libc.ts";
import { openWithin } from "../../kernel/open-within.ts";
import { extendedAttributes } from "../../kernel/xattr.ts";
import { ContentReader } from "./content.ts";
import type { DpkgDatabase } from "./dpkg/owners.ts";
import { type FoundEntry, type LinkGroup, newEntry } from "./entry.ts";
import { readContent } from "./file-content.ts";
import { openInTree } from "./in-tree.ts";
import { Inventory } from "./inventory.ts";

interface Level {
  fd: number;
  /** Without a slash at its end: "" for the top. */
  path: string;
  /** Directories in it that are still to be visited, the next one last. */
  pending: FoundEntry[];
}

const here = Buffer.from(".");

/**
 * The package database of the directory tree below "/", empty if there is none: before the rest of the tree, which is
 * read in no order. @throws InventoryError beyond its bounds.
 */
export function readDirectoryDatabase(): DpkgDatabase {
  const content = new ContentReader(true);
  try {
    readDirectoryTree(new Inventory(), content, "/var/lib/dpkg");
  } catch (error) {
    // There is none, or it cannot be read: then reading all of the tree says so.
    if (!isSystemError(error)) throw error;
  }
  return content.database;
}

/**
 * Reads the directory tree below "/", for a process that has entered it (chroot.ts). Symlinks are not
 * followed and mount points not crossed. It goes from directory to directory by descriptor, so that paths longer
 * than the kernel takes (PATH_MAX) are read too. What cannot be read is said in the entry's `problem`.
 * @param below what is read of it, itself left out; "" is all of it, with "/".
 * @throws SystemError if the top cannot be read; InventoryError beyond its bounds.
 */
export function readDirectoryTree(inventory: Inventory, content: ContentReader, below = ""): void {
  const links = new Map<string, LinkGroup>();
  const levels: Level[] = [];
  const enter = (fd: number, path: string) => {
    changeDirectory(fd);
    const level: Level = { fd, path, pending: [] };
    levels.push(level);
    for (const name of readdirSync(here, { encoding: "buffer" })) {
      const entry = entryOf(name, `${path}/${name.toString("latin1")}`, content, fd, links);
      inventory.add(entry);
      if (entry.type === "directory") level.pending.push(entry);
    }
  };
  const top = openInTree(below || "/", O_DIRECTORY);
  if (below === "") {
    changeDirectory(top);
    inventory.add(entryOf(here, "/", content, -1, links));
  }
  enter(top, below);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const next = level.pending.pop();
    if (next === undefined) {
      close(level.fd);
      levels.pop();
      continue;
    }
    const depth = levels.length;
    try {
      const name = Buffer.from(next.path.slice(level.path.length + 1), "latin1");
      enter(openWithin(level.fd, name, constants.O_RDONLY | O_DIRECTORY), next.path);
    } catch (error) {
      // Not the inventory's bounds: those end the reading.
      if (!isSystemError(error)) throw error;
      next.problem ||= problemOf(error);
      for (const left of levels.splice(depth)) close(left.fd);
    }
  }
}

function entryOf(
  name: Buffer,
  path: string,
  content: ContentReader,
  directory: number,
  links: Map<string, LinkGroup>,
): FoundEntry {
  let stat: BigIntStats;
  try {
    stat = lstatSync(name, { bigint: true });
  } catch (error) {
    if (!isSystemError(error) || directory < 0) throw error;
    return { ...newEntry(path, "file"), problem: problemOf(error) };
  }
  const type = typeOf(stat);
  const entry: FoundEntry = {
    ...newEntry(path, type),
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtime: Number(floorDivide(stat.mtimeNs, 1_000_000_000n)),
    mtimeNanoseconds: Number(((stat.mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n),
    size: type === "file" ? Number(stat.size) : 0,
    device: type === "character" || type === "block" ? Number(stat.rdev) : 0,
    inode: type !== "directory" && stat.nlink > 1n ? groupOf(stat, links) : undefined,
  };
  try {
    entry.xattrs = extendedAttributes(name);
    if (type === "file") Object.assign(entry, readContent(directory, name, entry, content));
    if (type === "symlink") {
      entry.target = readlinkSync(name, "buffer").toString("latin1");
      entry.size = entry.target.length;
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    entry.problem = problemOf(error);
  }
  return entry;
}

function groupOf(stat: BigIntStats, links: Map<string, LinkGroup>): LinkGroup {
  const key = `${stat.dev}:${stat.ino}`;
  const group = links.get(key) ?? { count: 0, number: 0 };
  group.count++;
  links.set(key, group);
  return group;
}

function typeOf(stat: BigIntStats): FoundEntry["type"] {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isCharacterDevice()) return "character";
  if (stat.isBlockDevice()) return "block";
  return stat.isFIFO() ? "fifo" : "socket";
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value < 0n ? (value - by + 1n) / by : value / by;
}

function isSystemError(error: unknown): error is SystemError | NodeJS.ErrnoException {
  return error instanceof SystemError || (error instanceof Error && "syscall" in error);
}

function problemOf(error: SystemError | NodeJS.ErrnoException): string {
  return error.code === "EXDEV"
    ? "a mount point: what is mounted here is not part of the image"
    : `it could not be read: ${error.code}`;
}
