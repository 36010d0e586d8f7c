import type { Build } from "../model/build.ts";
import type { PathHistory } from "../model/frozen.ts";
import type { Image, ImageEntry } from "../model/image.ts";

/** A symbolic link of the image that a path went through. */
export interface Link {
  readonly link: string;
  readonly target: string;
}

/** What a path of the image is. Paths are byte strings. */
export interface Resolved {
  /** Absolute, without symbolic links in its directories. */
  readonly path: string;
  readonly through: readonly Link[];
  readonly image: Image | undefined;
  readonly entry: ImageEntry | undefined;
  readonly history: PathHistory;
  /** Whether anything was ever seen at the path. */
  readonly isKnown: boolean;
}

/** As many links as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * Finds a path of the image, or, if it begins with `/binary/`, of the binary directory. Symbolic links in its
 * directories are followed within the image (`/bin/ls` is `/usr/bin/ls`); the last name is taken as it is.
 */
export function resolvePath(build: Build, asked: string): Resolved {
  const isBinary = asked === "/binary" || asked.startsWith("/binary/");
  const image = isBinary ? build.binary : build.image;
  const prefix = isBinary ? "/binary" : "";
  const through: Link[] = [];
  const waiting = asked.slice(prefix.length).split("/").reverse();
  let path = "";
  while (waiting.length > 0) {
    const name = waiting.pop()!;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      path = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
      continue;
    }
    const next = `${path}/${name}`;
    const entry = image?.entries.get(prefix + next);
    const isLast = waiting.every((rest) => rest === "" || rest === ".");
    if (entry?.type !== "symlink" || isLast || through.length >= mostLinks) {
      path = next;
      continue;
    }
    through.push({ link: prefix + next, target: entry.target });
    waiting.push(...entry.target.split("/").reverse());
    if (entry.target.startsWith("/")) path = "";
  }
  const found = prefix + path || "/";
  const entry = image?.entries.get(found);
  const history = entry ?? image?.tree?.get(found) ?? { history: 0, past: 0 };
  const isKnown = entry !== undefined || image?.tree?.has(found) === true;
  return { path: found, through, image, entry, history, isKnown };
}

/** Known paths that are like one that is not: for a hint. */
export function nearPaths({ image, path }: Resolved, most = 5): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (image === undefined || name === "") return [];
  const known = image.entries.size > 0 ? image.entries.keys() : (image.tree?.paths() ?? []);
  const near: { path: string; rank: number }[] = [];
  for (const each of known) {
    const other = each.slice(each.lastIndexOf("/") + 1).toLowerCase();
    const rank =
      other === name ? 0 : each.endsWith(path) ? 1 : name.length > 3 && other.includes(name) ? 2 : 3;
    if (rank < 3) near.push({ path: each, rank });
  }
  near.sort((a, b) => a.rank - b.rank || a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  return near.slice(0, most).map((each) => each.path);
}
