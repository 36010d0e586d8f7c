import { closeSync, openSync } from "node:fs";
import type { RecordedContent } from "../../../../../agent/probe/image/contents/recorded.ts";
import type { ImageEntry } from "../../../../../agent/probe/image/entry.ts";
import type { Job } from "../../../../../agent/probe/image/protocol.ts";
import { type ReadingResult, readImage } from "../../../../../agent/probe/image/reading.ts";

export interface Read {
  result: ReadingResult;
  entries: ImageEntry[];
  contents: RecordedContent[];
  /** Digests of archives whose members are among the entries. */
  known: string[];
  lost: string[];
}

/** Reads a file or directory as the recorder does: in a process of its own. */
export async function read(job: Job, path: string, known: string[] = []): Promise<Read> {
  const fd = openSync(path, "r");
  const entries: ImageEntry[] = [];
  const contents: RecordedContent[] = [];
  const found: string[] = [];
  const lost: string[] = [];
  const result = await readImage(job, fd, known, {
    entries: (batch) => entries.push(...batch),
    contents: (batch) => contents.push(...batch),
    known: (sha256) => found.push(sha256),
    lost: (detail) => lost.push(detail),
  });
  closeSync(fd);
  return { result, entries, contents, known: found, lost };
}

export const squashfs: Job = { kind: "squashfs" };
export const directory: Job = { kind: "directory", prefix: "", packages: true };
