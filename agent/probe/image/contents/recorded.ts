import type { ContentEvent } from "../../../../proto/events.ts";
import type { ImageEntry } from "../entry.ts";
import type { KeptContent } from "./kept.ts";
import { told } from "./told.ts";

/** The content of a file as it is recorded; see `Content` in isotrace.proto. The digest is a byte string. */
export interface RecordedContent {
  sha256: string;
  size: number;
  data: Uint8Array;
  omitted: ContentEvent["omitted"];
}

/** What is recorded of the files that the build made or changed: each content once, the smallest first, then by path. */
export function* recordedContents(
  entries: Iterable<ImageEntry>,
  kept: ReadonlyMap<string, KeptContent>,
): Generator<RecordedContent> {
  const wanted = [...wantedContents(entries)];
  wanted.sort(([, a], [, b]) => a.size - b.size || (a.paths[0]! < b.paths[0]! ? -1 : 1));
  for (const [sha256, { size, paths }] of wanted) {
    const content = kept.get(sha256);
    if (content === undefined) yield { sha256, size, data: Buffer.alloc(0), omitted: "budget" };
    else yield { sha256, size, ...told(paths, content) };
  }
}

interface Wanted {
  size: number;
  paths: string[];
}

function wantedContents(entries: Iterable<ImageEntry>): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { type, relation, sha256, size, path } of entries) {
    if (type !== "file" || sha256 === "" || relation === "shipped" || relation === "") continue;
    const known = wanted.get(sha256);
    if (known === undefined) wanted.set(sha256, { size, paths: [path] });
    else known.paths.push(path);
  }
  for (const { paths } of wanted.values()) paths.sort();
  return wanted;
}
