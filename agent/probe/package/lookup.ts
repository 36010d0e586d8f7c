import type { PackageFacts } from "../../inside/protocol.ts";
import type { AptLists, Listed } from "./apt-lists.ts";
import { checksumOf, controlOf, sourceOf } from "./deb822.ts";

/** What is known of a package before apt's lists have been asked. */
export type Known = Pick<PackageFacts, "action" | "name" | "version" | "architecture" | "evidence"> &
  Partial<PackageFacts>;

/** Completes a binary package from apt's lists: URI, size, digest, source, and every archive that has exactly this version. */
export function lookUp(lists: AptLists, known: Known): PackageFacts {
  const matches = lists.find("packages", known.name).filter(({ stanza }) => isSame(stanza, known));
  // The archive that the known URI is of, if there is one: the same version may stand in several.
  const best = matches.find((each) => known.uri?.startsWith(`${each.origin.uri}/`)) ?? matches[0];
  const facts = { ...blank(known), origins: matches.map(({ origin }) => origin) };
  if (best === undefined) {
    const uriUnknown = facts.uri === "" ? whyNot(lists) : "";
    return { ...facts, uriUnknown };
  }
  const { stanza } = best;
  return {
    ...facts,
    architecture: stanza.get("architecture") ?? known.architecture,
    uri: facts.uri || uriOf(best),
    uriUnknown: "",
    size: Number(stanza.get("size")) || 0,
    sha256: stanza.get("sha256") ?? "",
    ...sourceOf(stanza),
    ...controlOf(stanza),
  };
}

/** Completes a source package: the URI is that of its .dsc. @param version without epoch, as the file is called. */
export function lookUpSource(lists: AptLists, known: Known, dsc: string): PackageFacts {
  const matches = lists
    .find("sources", known.name)
    .filter(({ stanza }) => withoutEpoch(stanza.get("version") ?? "") === withoutEpoch(known.version));
  const best = matches[0];
  const facts = { ...blank(known), origins: matches.map(({ origin }) => origin), source: known.name };
  if (best === undefined)
    return { ...facts, sourceVersion: known.version, uriUnknown: "in none of apt's lists of sources" };
  const version = best.stanza.get("version") ?? known.version;
  const checksum = checksumOf(best.stanza.get("checksums-sha256") ?? "", dsc);
  const uri = `${best.origin.uri}/${best.stanza.get("directory") ?? ""}/${dsc}`;
  return {
    ...facts,
    version,
    sourceVersion: version,
    uri,
    size: checksum?.size ?? 0,
    sha256: checksum?.sha256 ?? "",
  };
}

function whyNot(lists: AptLists): string {
  const { unread } = lists;
  if (unread.length > 0) return `in none of apt's lists that are read; not read: ${unread.join(", ")}`;
  if (lists.isEmpty) return "there were no lists of apt when it was looked for";
  return "in none of apt's lists: installed from a local file";
}

function isSame(stanza: Listed["stanza"], known: Known): boolean {
  if (stanza.get("version") !== known.version) return false;
  const architecture = stanza.get("architecture");
  return known.architecture === "" || architecture === known.architecture;
}

function uriOf({ stanza, origin }: Listed): string {
  return `${origin.uri}/${(stanza.get("filename") ?? "").replace(/^\.\//, "")}`;
}

function withoutEpoch(version: string): string {
  return version.replace(/^\d+:/, "");
}

function blank(known: Known): PackageFacts {
  return {
    oldVersion: "",
    uri: "",
    uriUnknown: "",
    size: 0,
    sha256: "",
    source: "",
    sourceVersion: "",
    origins: [],
    logged: "",
    priority: "",
    essential: false,
    preDepends: "",
    depends: "",
    recommends: "",
    provides: "",
    ...known,
  };
}
