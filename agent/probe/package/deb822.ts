import type { PackageEvent } from "../../../proto/events.ts";

/** Fields of a stanza by their name in small letters. Texts are byte strings: one character a byte. */
export type Stanza = ReadonlyMap<string, string>;

/** Stanzas of a control file are separated by blank lines (deb822(5)). */
export function* stanzas(text: string): Generator<Stanza> {
  let from = 0;
  while (from < text.length) {
    const found = text.indexOf("\n\n", from);
    const end = found < 0 ? text.length : found;
    const stanza = parseStanza(text.slice(from, end));
    if (stanza.size > 0) yield stanza;
    from = end + 2;
  }
}

/** One stanza. Lines that are no field are passed over; of a field that stands twice the first counts. */
export function parseStanza(text: string): Stanza {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n")) {
    if (line.startsWith(" ") || line.startsWith("\t")) {
      if (name !== "") fields.set(name, `${fields.get(name) ?? ""}\n${line.slice(1)}`);
      continue;
    }
    const colon = line.indexOf(":");
    const next = colon <= 0 || line.startsWith("#") ? "" : line.slice(0, colon).toLowerCase();
    name = fields.has(next) ? "" : next;
    if (name !== "") fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** The source package of a binary package's stanza: its own name and version where the field `Source` does not say otherwise. */
export function sourceOf(stanza: Stanza): { source: string; sourceVersion: string } {
  const name = stanza.get("package") ?? "";
  const version = stanza.get("version") ?? "";
  const match = /^(\S+)(?:\s+\(([^)]*)\))?/.exec(stanza.get("source") ?? "");
  return { source: match?.[1] ?? name, sourceVersion: match?.[2] ?? version };
}

/** No package of Debian has a relation that comes near it. */
const mostRelation = 16 << 10;

/** Why a package is there, as its own control fields tell (Debian Policy, 5.3 and 7). */
export function controlOf(
  stanza: Stanza,
): Pick<PackageEvent, "priority" | "essential" | "preDepends" | "depends" | "recommends" | "provides"> {
  const field = (name: string) => (stanza.get(name) ?? "").slice(0, mostRelation);
  return {
    priority: field("priority"),
    essential: field("essential") === "yes",
    preDepends: field("pre-depends"),
    depends: field("depends"),
    recommends: field("recommends"),
    provides: field("provides"),
  };
}

/** The digest of a file in a list of "digest size name" lines (`Checksums-Sha256`), and its size. */
export function checksumOf(list: string, file: string): { sha256: string; size: number } | undefined {
  for (const line of list.split("\n")) {
    const [sha256, size, name] = line.trim().split(/\s+/);
    if (name === file && sha256 !== undefined) return { sha256, size: Number(size) || 0 };
  }
  return undefined;
}
