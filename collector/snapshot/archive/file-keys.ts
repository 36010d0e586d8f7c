import { join } from "node:path";
import { filesBelow } from "../files/below.ts";
import { binaryFile, type PoolFile, sourceFiles } from "./package.ts";
import { readStanzas } from "./stanzas.ts";

/** The files of the pool that a suite's indices name, by their paths. @param directory that of the suite, in `dists`. */
export function fileKeysOf(directory: string): Map<string, PoolFile> {
  const files = new Map<string, PoolFile>();
  for (const path of filesBelow(directory)) {
    const isSources = path.endsWith("/Sources.gz");
    if (path.startsWith("snapshots/") || !(isSources || path.endsWith("/Packages.gz"))) continue;
    for (const stanza of readStanzas(join(directory, path)))
      for (const file of isSources ? sourceFiles(stanza) : [binaryFile(stanza)]) files.set(file.path, file);
  }
  return files;
}
