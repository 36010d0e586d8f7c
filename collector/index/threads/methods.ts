import type { IndexStore } from "../index-store.ts";

/** What the index is asked for from other threads, by name. */
export const storeMethods = [
  "note",
  "put",
  "fail",
  "remove",
  "outlines",
  "builds",
  "build",
  "packages",
  "files",
  "findings",
  "why",
  "document",
] as const satisfies readonly (keyof IndexStore)[];
