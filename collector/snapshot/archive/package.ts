import type { Stanza } from "./stanzas.ts";

/** A file of the pool that a stanza needs. */
export interface PoolFile {
  /** Relative to the archive: `pool/main/...`. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** A source package and its version. */
export interface SourceVersion {
  readonly name: string;
  readonly version: string;
}

/** The file of a binary package (deb822(5), `Filename`). */
export function binaryFile(stanza: Stanza): PoolFile {
  return {
    path: stanza.field("Filename"),
    size: Number(stanza.field("Size")),
    sha256: stanza.field("SHA256"),
  };
}

/** The files of a source package (`Directory`, and `Checksums-Sha256` of digest, size, name). */
export function sourceFiles(stanza: Stanza): PoolFile[] {
  const directory = stanza.field("Directory");
  return stanza.lines("Checksums-Sha256").map((line) => {
    const [sha256, size, name] = line.split(/\s+/);
    return { path: `${directory}/${name}`, size: Number(size), sha256: sha256! };
  });
}

/** The source that a binary package was built from: `Source: NAME (VERSION)`, as far as it differs. */
export function sourceOf(stanza: Stanza): SourceVersion {
  const source = stanza.field("Source");
  const [, name, version] = /^(\S+)(?:\s+\(([^)]*)\))?$/.exec(source) ?? [];
  return { name: name ?? stanza.field("Package"), version: version ?? stanza.field("Version") };
}
