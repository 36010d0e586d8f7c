import type { Need } from "../../../proto/events.ts";
import type { ImageEntry } from "../../model/image.ts";
import type { Culprit } from "../../nondeterminism/finding.ts";
import type { Source } from "../../nondeterminism/source.ts";
import type { PackageName } from "../../story/versions.ts";

/** A path of which evidence is wanted, and what of it differs: who changed its time need not be who wrote it. */
export interface Question {
  readonly path: string;
  readonly about: "content" | "metadata";
}

/** What one recording tells of one path: plain data, which can pass from one thread to another. */
export interface Evidence {
  readonly path: string;
  /** Undefined if the image has no such path, and for a file of an image. */
  readonly entry: ImageEntry | undefined;
  readonly content: Content;
  /** Of an archive whose members were recorded one by one (an initial RAM disk), in its order. */
  readonly members: ReadonlyMap<string, MemberEvidence> | undefined;
  /** Newest first; those of what stands there, or, if nothing does, of what stood there. */
  readonly writers: readonly WriterSummary[];
  /** Likeliest first. */
  readonly culprits: readonly Culprit[];
  /** What the writers, and what they started, asked of their environment. */
  readonly needs: readonly Need[];
  /** Process numbers of the writers, and of those above and below them. */
  readonly pids: ReadonlySet<number>;
  /** Connections that were not made to fetch packages: by the writer itself, or beside it by the same script. */
  readonly connections: Connected;
  /** What the detectors of one build see in it. */
  readonly detected: ReadonlySet<Source>;
  /** Of a directory: whose coming or going gave it its time. */
  readonly changedBy: string | undefined;
}

export interface MemberEvidence {
  readonly entry: ImageEntry;
  readonly content: Content;
}

export type Connected = "by the writer" | "beside the writer" | "none";

/** What a recording kept of a file's content; where not all is there, what is lacking, or why. Plain text. */
export type Content =
  | { readonly kind: "whole"; readonly data: Uint8Array }
  | { readonly kind: "part"; readonly data: Uint8Array; readonly lacks: string }
  | { readonly kind: "none"; readonly because: string };

export interface WriterSummary {
  /** What it ran, and what ran that, without what is of one build only: equal for the same writer in two builds. */
  readonly identity: string;
  /** As `Writer.operation`. */
  readonly operation: string;
  /** The command lines from the writer upwards. */
  readonly chain: readonly string[];
  /** The writer's arguments as the kernel has them, separated by NUL. */
  readonly command: string;
  readonly stage: string | null;
  readonly script: string | null;
  readonly hook: string | null;
  readonly maintainerScript: string | null;
  readonly package: PackageName | null;
  readonly isUncertain: boolean;
  readonly unknown: "found" | "gap" | "not seen" | null;
}
