/** What makes two builds of the same input differ: the vocabulary of reproducible-builds.org. */
export const sources = [
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
  "umask",
  "uninitialised-memory",
  "process-id",
  "network-input",
  "archive-metadata",
  "file-metadata",
  "package-set",
  "unclassified",
] as const;
export type Source = (typeof sources)[number];

/** From what is certain to differ in the next build to what only might. */
export const confidences = ["high", "medium", "low"] as const;
export type Confidence = (typeof confidences)[number];

/** The higher of two. */
export function higher(a: Confidence, b: Confidence): Confidence {
  return confidences.indexOf(a) <= confidences.indexOf(b) ? a : b;
}
