import type { Binary } from "../../inside/protocol.ts";

/** The newest entries of a changelog, as a recording keeps them. */
export interface Newest {
  /** A byte string. */
  text: string;
  /** Older entries were left out; of one that is very long by itself, its end as well. */
  cut: boolean;
}

/** Entries are kept as long as they fit in this: some ten uploads, mostly. */
const mostEntries = 8 << 10;
/** The newest is kept even if it is longer: a kernel's tells of hundreds of changes. */
const mostNewest = 32 << 10;

const header = /^([a-z0-9][a-z0-9+.-]*) \([^() \t]+\)/i;
const nextHeader = /\n(?=[a-z0-9][a-z0-9+.-]* \([^() \t]+\))/gi;

/** The source package that a Debian changelog is of, by its first line (deb-changelog(5)); undefined if it is none. */
export function changelogOf(text: string): string | undefined {
  return header.exec(text.trimStart())?.[1];
}

/**
 * The newest entries of a Debian changelog, which stand at its beginning.
 * @param isWhole whether the text is all of the changelog: if not, its last entry is not taken for whole.
 */
export function newestEntries(text: string, isWhole: boolean): Newest {
  const all = text.trimStart();
  const looked = all.slice(0, mostNewest);
  const isAll = isWhole && looked.length === all.length;
  const ends = [...looked.matchAll(nextHeader)].map(({ index }) => index + 1);
  if (isAll) ends.push(looked.length);
  const end = ends.findLast((each) => each <= mostEntries) ?? ends[0] ?? looked.lastIndexOf("\n") + 1;
  return { text: looked.slice(0, end), cut: !isAll || end < looked.length };
}

/** Equal for packages that have the same changelog. A rebuild's has an entry more. */
export function changelogKey({
  source,
  sourceVersion,
  version,
}: Omit<Binary, "name" | "architecture">): string {
  return `${source} ${sourceVersion} ${isRebuild(version) ? version : ""}`;
}

/** A binary-only rebuild (Debian Policy, 5.6.12.1): its source has another version. */
export function isRebuild(version: string): boolean {
  return /\+b\d+$/.test(version);
}
