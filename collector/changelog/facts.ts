import type { ChangelogEntry } from "./parse.ts";

/** What a changelog's entry says in a form that can be counted. */
export interface EntryFacts {
  /**
   * Uploaded to a security archive (`bookworm-security`). Its urgency says nothing of that: many have a high one.
   */
  readonly isSecurity: boolean;
  /** `CVE-2024-0001`, each once, by year and number. */
  readonly cves: readonly string[];
  /** Numbers of the bugs that it closes, each once, as written, in the order in which they stand there. */
  readonly closes: readonly string[];
}

export function factsOf({ distributions, changes }: ChangelogEntry): EntryFacts {
  const text = changes.join("\n");
  return {
    isSecurity: distributions.some((each) => /.-security$/i.test(each)),
    cves: sortedCves(text.match(cve) ?? []),
    closes: [...new Set([...text.matchAll(closing)].flatMap(([list]) => list.match(/\d+/g) ?? []))],
  };
}

/** In the order of their years and numbers: `CVE-2024-9999` before `CVE-2024-10000`. */
export function sortedCves(cves: Iterable<string>): string[] {
  const key = (id: string) => {
    const number = id.slice(9).replace(/^0+/, "");
    return `${id.slice(4, 8)} ${String(number.length).padStart(2, "0")} ${number} ${id}`;
  };
  const keys = new Map([...cves].map((each) => [key(each.toUpperCase()), each.toUpperCase()]));
  return [...keys.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, id]) => id);
}

/** A year and at least four digits (the CVE Record Format allows 19). */
const cve = /(?<![A-Za-z0-9])CVE-\d{4}-\d{4,19}(?!\d)/gi;

/** deb-changelog(5); `\s` without what is no space in a byte string. */
const closing =
  /closes:[ \t\n\v\f\r]*(?:bug)?#?[ \t\n\v\f\r]?\d+(?:,[ \t\n\v\f\r]*(?:bug)?#?[ \t\n\v\f\r]?\d+)*/gi;
