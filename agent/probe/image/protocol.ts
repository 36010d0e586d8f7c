import type { RecordedContent } from "./contents/recorded.ts";
import type { ImageEntry } from "./entry.ts";

/** What a reader process is to read: its descriptor `jobFd`. */
export type Job =
  | { kind: "squashfs" }
  /** A directory, which the process enters; `prefix` is set before every path of it. */
  | { kind: "directory"; prefix: string; packages: boolean }
  /** One file, for its size and digest. */
  | { kind: "file" };

/** The number of the descriptor, in the reader process, of what it reads. */
export const jobFd = 4;

/** What a reader is told, over Node's IPC channel with structured clones. */
export type ToReader =
  /** First. `known` are digests of archives whose members were recorded with an earlier image. */
  | { kind: "job"; job: Job; known: readonly string[] }
  /** The contents were taken, and more can be. */
  | { kind: "more" };

/** What it answers. */
export type FromReader =
  | { kind: "entries"; entries: ImageEntry[] }
  | { kind: "contents"; contents: RecordedContent[] }
  /** An archive whose members are among the entries. */
  | { kind: "known"; sha256: string }
  | { kind: "lost"; detail: string }
  | { kind: "done"; size: number; sha256: string }
  | { kind: "failed"; because: string };
