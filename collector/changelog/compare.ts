import { borrowSources } from "./borrow-sources.ts";
import { type News, newsOf } from "./news.ts";
import { type OriginChange, originChanges } from "./origin-changes.ts";
import { type PackageChanges, packageChanges } from "./package-changes.ts";
import type { Side } from "./side.ts";

/** What changed between two builds, or build-manifest files: the same for the same two. */
export interface Comparison extends PackageChanges {
  readonly a: Side;
  readonly b: Side;
  /** Null if neither lacks anything, and one is a file, which does not know. */
  readonly complete: boolean | null;
  /** What is lacking, with the side where it is. */
  readonly causes: readonly string[];
  readonly origins: readonly OriginChange[];
  readonly news: News;
}

export function compare(left: Side, right: Side): Comparison {
  const a = borrowSources(left, right);
  const b = borrowSources(right, left);
  const packages = packageChanges(a, b);
  const isIncomplete = a.complete === false || b.complete === false;
  return {
    a,
    b,
    complete: isIncomplete ? false : a.complete === null || b.complete === null ? null : true,
    causes: [...a.causes.map((cause) => `A: ${cause}`), ...b.causes.map((cause) => `B: ${cause}`)],
    origins: originChanges(a.origins, b.origins),
    ...packages,
    news: newsOf(packages.changes, a, b),
  };
}
