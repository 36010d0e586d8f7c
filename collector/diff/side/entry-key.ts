import { byteOrder } from "../../manifest/build-manifest.ts";
import type { ImageEntry } from "../../model/image.ts";

const unknownContent = "?";

/**
 * Everything of an entry that two builds are compared by, as one text: equal for entries that are the same.
 * @param links of `linkGroups`
 */
export function entryKey(entry: ImageEntry, links: string): string {
  const { type, mode, uid, gid, mtime, mtimeNanoseconds, device, target, xattrs, sha256 } = entry;
  // Sizes and link counts of directories are the file system's own: what is in them is compared by itself.
  const size = type === "file" ? entry.size : 0;
  const content = type === "file" && sha256 === "" && size > 0 ? unknownContent : "";
  return [
    content,
    links,
    type,
    mode,
    uid,
    gid,
    mtime,
    mtimeNanoseconds,
    size,
    device,
    sha256,
    target,
    xattrs,
  ].join("\0");
}

/** Whether the content of an entry is not known, so that equal keys do not mean equal files. */
export function hasUnknownContent(key: string): boolean {
  return key.startsWith(unknownContent);
}

/** The hard links that are a part of a key. */
export function linksOf(key: string): string {
  return key.split("\0", 2)[1]!;
}

/** The size, content and target that are a part of a key. */
export function contentOf(key: string): string {
  const parts = key.split("\0", 12);
  return [parts[2], parts[8], parts[10], parts[11]].join("\0");
}

/**
 * The hard links of an image: for each file with several names, its first name in byte order and how many names it has.
 * Files with one name are not listed.
 */
export function linkGroups(entries: Iterable<ImageEntry>): ReadonlyMap<string, string> {
  const byInode = new Map<number, ImageEntry[]>();
  for (const entry of entries) {
    if (entry.links < 2 || entry.type === "directory" || entry.inode === 0) continue;
    const group = byInode.get(entry.inode);
    if (group === undefined) byInode.set(entry.inode, [entry]);
    else group.push(entry);
  }
  const groups = new Map<string, string>();
  for (const group of byInode.values()) {
    const first = group.map(({ path }) => path).sort(byteOrder)[0]!;
    for (const { path, links } of group) groups.set(path, `${links} names, the first ${first}`);
  }
  return groups;
}
