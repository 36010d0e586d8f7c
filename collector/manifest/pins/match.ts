import { expression, type Matches } from "./expression.ts";

/** A list of apt's that a version stands in, with what its Release file says. Empty: it does not say. */
export interface VersionFile {
  /** The host; empty for an archive on this machine. */
  readonly site: string;
  readonly suite: string;
  readonly codename: string;
  readonly origin: string;
  readonly label: string;
  readonly version: string;
  readonly component: string;
  readonly architecture: string;
  readonly notAutomatic: boolean;
  readonly butAutomaticUpgrades: boolean;
}

export type MatchesFile = (file: VersionFile) => boolean;

/** `Pin: version DATA`: a version, the beginning of one with `*` at its end, or a pattern. */
export function versionMatcher(data: string): Matches {
  const isPrefix = data.endsWith("*");
  const plain = isPrefix ? data.slice(0, -1) : data;
  const wanted = plain.toLowerCase();
  // apt takes the last asterisk off before it looks for others (apt-pkg/versionmatch.cc).
  const pattern = expression(plain);
  return (version) => {
    const has = version.toLowerCase();
    return (isPrefix ? has.startsWith(wanted) : has === wanted) || pattern(version);
  };
}

/** `Pin: origin "HOST"`; an empty host is this machine. */
export function originMatcher(data: string): MatchesFile {
  const wanted = /^"(.*)"$/s.exec(data)?.[1] ?? data;
  if (wanted === "") return ({ site }) => site === "";
  const pattern = expression(wanted);
  return ({ site }) => site !== "" && pattern(site);
}

/** `Pin: release a=SUITE, n=CODENAME, ...`, or one word: a suite, a codename, or a version if it begins with a digit. */
export function releaseMatcher(data: string): MatchesFile {
  if (data === "*") return () => true;
  if (!data.includes("=")) return namedMatcher(data);
  // A field that stands twice counts as it stands last.
  const conditions = new Map<string, MatchesFile>();
  for (const part of data.split(",").map((each) => each.trim())) {
    const field = fields[part.slice(0, 2).toLowerCase()];
    if (field === undefined || part.length < 3) continue;
    const value = part.slice(2);
    const matches = field === "version" ? versionMatcher(value) : expression(value);
    conditions.set(field, (file) => has(matches, file[field]));
  }
  const all = [...conditions.values()];
  return (file) => all.length > 0 && all.every((condition) => condition(file));
}

const fields: Readonly<
  Record<string, "version" | "origin" | "suite" | "codename" | "label" | "component" | "architecture">
> = {
  "v=": "version",
  "o=": "origin",
  "a=": "suite",
  "n=": "codename",
  "l=": "label",
  "c=": "component",
  "b=": "architecture",
};

function namedMatcher(data: string): MatchesFile {
  if (/^\d/.test(data)) {
    const matches = versionMatcher(data);
    return ({ version }) => has(matches, version);
  }
  const matches = expression(data);
  return ({ suite, codename }) => has(matches, suite) || has(matches, codename);
}

/** What a Release file does not say matches nothing. */
function has(matches: Matches, value: string): boolean {
  return value !== "" && matches(value);
}
