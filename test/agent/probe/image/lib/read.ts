import { closeSync, openSync } from "node:fs";
import type { ImageEntry } from "../../../../../agent/probe/image/entry.ts";
import type { Job } from "../../../../../agent/probe/image/protocol.ts";
import { type ReadingResult, readImage } from "../../../../../agent/probe/image/reading.ts";

export interface Read {
  result: ReadingResult;
  entries: ImageEntry[];
  lost: string[];
}

/** Reads a file or directory as the recorder does: in a process of its own. */
export async function read(job: Job, path: string): Promise<Read> {
  const fd = openSync(path, "r");
  const entries: ImageEntry[] = [];
  const lost: string[] = [];
  const result = await readImage(job, fd, {
    entries: (batch) => entries.push(...batch),
    lost: (detail) => lost.push(detail),
  });
  closeSync(fd);
  return { result, entries, lost };
}

export const squashfs: Job = { kind: "squashfs" };
export const directory: Job = { kind: "directory", prefix: "", packages: true };
