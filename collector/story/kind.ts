import type { Story } from "./story.ts";

/** What kind of thing wrote a file. */
export const writerKinds = [
  "package files",
  "maintainer script",
  "hook",
  "live-build script",
  "other",
  "unknown",
] as const;
export type WriterKind = (typeof writerKinds)[number];

/** @param unpacks whether the writer put a package's files in place. */
export function kindOf(story: Story, unpacks: boolean): WriterKind {
  if (story.maintainerScript !== undefined) return "maintainer script";
  if (unpacks) return "package files";
  if (story.hook !== null) return "hook";
  if (story.script !== null) return "live-build script";
  return story.chain.length === 0 ? "unknown" : "other";
}
