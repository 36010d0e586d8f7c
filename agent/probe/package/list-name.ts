import { unescaped } from "./deb-name.ts";

export interface ListName {
  kind: "packages" | "sources" | "release";
  /** The archive without its scheme: host and path, no slash at the end. */
  base: string;
  /** Empty for a flat repository without a directory. */
  suite: string;
  component: string;
  /** Compression of the list, as its ending says. */
  compression: "" | "gz" | "xz" | "lz4" | "zst" | "bz2";
}

/**
 * What a file of /var/lib/apt/lists is of: its name is the URI without scheme, in which apt's URItoFileName has made %XX of
 * special characters and underscores, and then underscores of slashes. Undefined for other files.
 */
export function parseListName(file: string): ListName | undefined {
  const match = /^(.*_)?(Packages|Sources|InRelease|Release)(?:\.(gz|xz|lz4|zst|bz2))?$/.exec(file);
  if (match === null) return undefined;
  const [, prefix = "", last, ending = ""] = match as unknown as [
    string,
    string | undefined,
    string,
    string?,
  ];
  const path = unescaped(prefix.replaceAll("_", "/")).replace(/\/$/, "");
  const kind = last === "Packages" ? "packages" : last === "Sources" ? "sources" : "release";
  return { kind, ...placeOf(path, kind), compression: ending as ListName["compression"] };
}

function placeOf(path: string, kind: ListName["kind"]): Pick<ListName, "base" | "suite" | "component"> {
  const at = path.lastIndexOf("/dists/");
  if (at < 0) return { base: path, suite: "", component: "" };
  const base = path.slice(0, at);
  const parts = path.slice(at + "/dists/".length).split("/");
  if (kind === "release") return { base, suite: parts.join("/"), component: "" };
  // SUITE/COMPONENT/binary-ARCH or SUITE/COMPONENT/source
  const component = parts.at(-2) ?? "";
  return { base, suite: parts.slice(0, -2).join("/"), component };
}
