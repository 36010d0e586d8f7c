import { type ParsedChangelog, parseChangelog } from "./parse.ts";
import type { RecordedChangelog, Side } from "./side.ts";

export type Text = ParsedChangelog & Pick<RecordedChangelog, "isCut">;

/** The changelogs of a side, found by source package: any of its binary packages has the same. */
export class Book {
  readonly isEmpty: boolean;
  readonly #bySource = new Map<string, RecordedChangelog>();

  constructor({ packages, changelogs }: Side) {
    this.isEmpty = changelogs.length === 0;
    const best = new Map<string, RecordedChangelog>();
    for (const each of changelogs) put(best, JSON.stringify([each.package, each.version]), each);
    for (const { type, name, version, source, sourceVersion } of packages) {
      const changelog = type === "source" ? undefined : best.get(JSON.stringify([name, version]));
      if (changelog !== undefined) put(this.#bySource, JSON.stringify([source, sourceVersion]), changelog);
    }
  }

  /** The changelog of a version of a source package; undefined if it was not recorded. */
  read(source: string, version: string): Text | undefined {
    const found = this.#bySource.get(JSON.stringify([source, version]));
    return found === undefined ? undefined : { ...parseChangelog(found.text), isCut: found.isCut };
  }
}

/** Of several the one that tells most: the first whole one, else the longest. */
function put(map: Map<string, RecordedChangelog>, key: string, each: RecordedChangelog): void {
  const known = map.get(key);
  const isBetter =
    known === undefined || (known.isCut && (!each.isCut || each.text.length > known.text.length));
  if (isBetter) map.set(key, each);
}
