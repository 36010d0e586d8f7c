/** Symlinks on one path, as many as Linux follows (path_resolution(7)). */
const hopLimit = 40;

/**
 * Paths of packages as the image has them: packages say `/bin/ls`, and the image has `/usr/bin/ls` where `/bin`
 * is a symlink to `usr/bin`. Only directories are resolved, not what the path itself is, and only by the image's own
 * symlinks, so that nothing leads out of it.
 */
export class PathResolver {
  readonly #symlinks: ReadonlyMap<string, string>;
  readonly #known = new Map<string, string>();

  /** @param symlinks targets by absolute path. */
  constructor(symlinks: ReadonlyMap<string, string>) {
    this.#symlinks = symlinks;
  }

  /** An absolute path with the symlinks of its directories resolved; the same for "/usr/." and "/usr". */
  canonical(path: string): string {
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    const name = parts.pop();
    if (name === undefined) return "/";
    return join(this.#directory(parts.join("/")), name);
  }

  #directory(path: string): string {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const resolved = this.#resolve(path);
    this.#known.set(path, resolved);
    return resolved;
  }

  #resolve(path: string): string {
    const left = path.split("/").reverse();
    let at = "/";
    let hops = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = at.slice(0, at.lastIndexOf("/")) || "/";
        continue;
      }
      const next = join(at, part);
      const target = this.#symlinks.get(next);
      if (target === undefined) {
        at = next;
        continue;
      }
      if (++hops > hopLimit) return `/${path}`;
      if (target.startsWith("/")) at = "/";
      left.push(...target.split("/").reverse());
    }
    return at;
  }
}

function join(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
