import type { ImageEntry } from "../model/image.ts";

/** What of a path can differ. */
export const aspects = [
  "presence",
  "type",
  "content",
  "target",
  "device",
  "mode",
  "owner",
  "xattrs",
  "links",
  "mtime",
] as const;
export type Aspect = (typeof aspects)[number];

/** What differs between two entries of one path. @param links whether their hard links do */
export function aspectsOf(a: ImageEntry, b: ImageEntry, links: boolean): Aspect[] {
  if (a.type !== b.type) return ["type"];
  const differs: Record<Exclude<Aspect, "presence" | "type">, boolean> = {
    content: isOfOtherContent(a, b),
    target: a.target !== b.target,
    device: a.device !== b.device,
    mode: a.mode !== b.mode,
    owner: a.uid !== b.uid || a.gid !== b.gid,
    xattrs: a.xattrs !== b.xattrs,
    links,
    mtime: a.mtime !== b.mtime || a.mtimeNanoseconds !== b.mtimeNanoseconds,
  };
  return (Object.keys(differs) as (keyof typeof differs)[]).filter((aspect) => differs[aspect]);
}

/** Where a digest is not known, the sizes can still tell. */
function isOfOtherContent(a: ImageEntry, b: ImageEntry): boolean {
  if (a.type !== "file") return false;
  const areKnown = a.sha256 !== "" && b.sha256 !== "";
  return a.size !== b.size || (areKnown && a.sha256 !== b.sha256);
}
