import type { Source } from "../source.ts";

/** A fix that is known to work, and for what: all that is given must fit. */
export interface Known {
  /** Of the path, absolute in the image or below `/binary/`. */
  readonly path?: RegExp;
  readonly sources?: readonly Source[];
  /** Of the likeliest culprit: `package ssl-cert`. */
  readonly culprit?: RegExp;
  /** Of the newest writer's program. */
  readonly program?: RegExp;
  /** One sentence. */
  readonly remedy: string;
}

/** Sources by which the content of a file differs: what a hook that removes the file mends, whatever the cause. */
export const inContent: readonly Source[] = [
  "timestamp",
  "timezone",
  "locale",
  "randomness",
  "ordering",
  "build-path",
  "hostname",
  "username",
  "kernel",
  "cpu",
  "environment",
  "uninitialised-memory",
  "process-id",
  "archive-metadata",
  "unclassified",
];
