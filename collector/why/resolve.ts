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
  const image = isOfBinary(asked) ? build.binary : build.image;
  const { path, through } = followLinks(asked, (each) => image?.entries.get(each));
  const entry = image?.entries.get(path);
  const history = entry ?? image?.tree?.get(path) ?? { history: 0, past: 0 };
  const isKnown = entry !== undefined || image?.tree?.has(path) === true;
  return { path, through, image, entry, history, isKnown };
}

/** Where a path leads, by whatever knows the entries of its image. */
export function followLinks(
  asked: string,
  entryAt: (path: string) => Pick<ImageEntry, "type" | "target"> | undefined,
): Pick<Resolved, "path" | "through"> {
  const prefix = isOfBinary(asked) ? "/binary" : "";
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
    const isLast = waiting.every((rest) => rest === "" || rest === ".");
    const entry = isLast ? undefined : entryAt(prefix + next);
    if (entry?.type !== "symlink" || through.length >= mostLinks) {
      path = next;
      continue;
    }
    through.push({ link: prefix + next, target: entry.target });
    waiting.push(...entry.target.split("/").reverse());
    if (entry.target.startsWith("/")) path = "";
  }
  return { path: prefix + path || "/", through };
}

function isOfBinary(asked: string): boolean {
  return asked === "/binary" || asked.startsWith("/binary/");
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
