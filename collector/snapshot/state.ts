import { readFileSync } from "node:fs";
import { SnapshotError } from "./error.ts";
import { writeDurably } from "./files/durable.ts";
import type { Layout } from "./layout.ts";

/** What an instance has, as `state.json` says it: a snapshot or tag that is not in it does not exist. */
export interface State {
  readonly version: 1;
  /** The last serial that was given, so that none is given twice. */
  lastSerial: string;
  mirrors: Record<string, Mirror>;
  /** In the order in which they were taken. */
  snapshots: Snapshot[];
  tags: Tag[];
  /** What a command is about to do: the next command undoes or finishes it if that was killed. */
  pending: Pending | null;
}

/** The latest state of a mirror. */
export interface Mirror {
  /** When it was updated, ISO 8601. */
  updated: string;
  suites: Record<string, MirroredSuite>;
}

export interface MirroredSuite {
  /** Fields of upstream's Release file that hold for a snapshot also. */
  release: Record<string, string>;
  /** What is in it: changes with every change of its indices. Empty if that is not known. */
  content: string;
}

export interface Snapshot {
  archive: string;
  serial: string;
  /** When it was taken; milliseconds since 1970. */
  taken: number;
  /** From when on apt refuses it, and it may be deleted; milliseconds since 1970. */
  validUntil: number;
  suites: SnapshotSuite[];
}

export interface SnapshotSuite {
  name: string;
  /** The serial of the reprepro snapshot that holds its packages: an earlier one if nothing has changed since. */
  held: string;
  content: string;
  release: Record<string, string>;
  files: IndexFile[];
}

/** A file that a Release file lists. */
export interface IndexFile {
  /** Relative to the Release file. */
  path: string;
  size: number;
  sha256: string;
}

export interface Tag {
  name: string;
  /** ISO 8601. */
  made: string;
  archives: Record<string, string>;
  binaries: number;
  sources: number;
  /** Sources of its binaries that the archives did not have, as `instance.yml` says: `NAME_VERSION_source`. */
  lacking: string[];
  image: TaggedImage | null;
}

/** The image of which a tag keeps the packages. */
export interface TaggedImage {
  sha256: string;
  size: number;
  /** Of the build, as far as it decides what the image is. */
  environment: Record<string, string>;
  command: string[];
}

export type Pending =
  | { kind: "take"; serial: string }
  | { kind: "tag"; name: string }
  | { kind: "expire"; snapshots: Snapshot[] };

const empty = (): State => ({
  version: 1,
  lastSerial: "",
  mirrors: {},
  snapshots: [],
  tags: [],
  pending: null,
});

/** @throws SnapshotError if the file cannot be understood. */
export function readState(layout: Layout): State {
  let text: string;
  try {
    text = readFileSync(layout.state, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return empty();
    throw error;
  }
  try {
    const state = JSON.parse(text) as State;
    if (state.version === 1 && Array.isArray(state.snapshots)) return state;
  } catch (error) {
    throw unreadable(layout, error);
  }
  throw unreadable(layout);
}

export function writeState(layout: Layout, state: State): void {
  writeDurably(layout.state, `${JSON.stringify(state, undefined, 1)}\n`);
}

function unreadable(layout: Layout, cause?: unknown): SnapshotError {
  return new SnapshotError({
    subject: layout.state,
    rule: "must be the state of an instance, of version 1",
    remedy: "put back a copy of it; it is never written in part",
    cause,
  });
}
