import type { EntryEvent } from "../../../proto/events.ts";
import type { ExtendedAttribute } from "../../kernel/xattr.ts";

/** One path of an image, as a reader found it. Texts are byte strings: one character a byte (latin1). */
export interface FoundEntry {
  /** Absolute as inside the image; "/" is its top. */
  path: string;
  type: EntryEvent["type"];
  /** Permission bits, with set-user-ID, set-group-ID and sticky. */
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  mtimeNanoseconds: number;
  /** Of a file its content's bytes, of a symlink its target's, 0 for others. */
  size: number;
  target: string;
  /** As st_rdev (makedev(3)). */
  device: number;
  xattrs: ExtendedAttribute[];
  /** Of a regular file, as a byte string; "" if the content was not read. */
  sha256: string;
  /** In hexadecimal, as dpkg has it; "" if it is not needed. */
  md5: string;
  /** Equal for hard links of one inode; undefined for an entry that has no other link. */
  inode: LinkGroup | undefined;
  /** Why something of the entry is not known. */
  problem: string;
}

/** An entry of which nothing more is known yet. */
export function newEntry(path: string, type: FoundEntry["type"]): FoundEntry {
  return {
    path,
    type,
    mode: 0,
    uid: 0,
    gid: 0,
    mtime: 0,
    mtimeNanoseconds: 0,
    size: 0,
    target: "",
    device: 0,
    xattrs: [],
    sha256: "",
    md5: "",
    inode: undefined,
    problem: "",
  };
}

/** The hard links of one inode. */
export interface LinkGroup {
  count: number;
  /** Given at the end, in the order of the first link's path; 0 before. */
  number: number;
}

/** An entry as it is recorded: numbered, and compared with the image's package database. */
export interface ImageEntry extends Omit<FoundEntry, "md5" | "inode"> {
  links: number;
  /** Not the file system's number, which differs from build to build: the rank of its first path. */
  inode: number;
  package: string;
  relation: EntryEvent["relation"];
  /** Path of the archive in the image that this is a member of; "" if it is in the image itself. */
  within: string;
}

/** The type of a file by its mode (st_mode, inode(7)); undefined for a mode that no file has. */
export function typeOfMode(mode: number): FoundEntry["type"] | undefined {
  return typesByMode[(mode >>> 12) & 0xf];
}

const typesByMode: Record<number, FoundEntry["type"]> = {
  1: "fifo",
  2: "character",
  4: "directory",
  6: "block",
  8: "file",
  10: "symlink",
  12: "socket",
};

/** makedev(3) of glibc: 12 bits of major and 20 of minor below 2^32, the rest above. */
export function deviceNumber(major: number, minor: number): number {
  const low = ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
  return low + Math.floor(major / 0x1000) * 2 ** 44 + Math.floor(minor / 0x100000) * 2 ** 32;
}
