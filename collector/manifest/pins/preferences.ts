import type { ConfiguredFile } from "../configured.ts";
import { stanzasOf } from "../stanzas.ts";
import { expression, type Matches } from "./expression.ts";
import { type MatchesFile, originMatcher, releaseMatcher, versionMatcher } from "./match.ts";

/** A record of apt_preferences(5). */
export interface Preference {
  /** The file it stands in, and its fields as they are written. */
  readonly file: string;
  readonly packages: string;
  readonly pin: string;
  /** -32768 for `never`. */
  readonly priority: number;
  /** Whether it is of a version that stands in these lists. */
  readonly matchesFile: MatchesFile;
  readonly matchesVersion: Matches;
  /** Which packages it is of; undefined: of all that no record of their own is of (`Package: *`). */
  readonly selectors: readonly Selector[] | undefined;
}

export interface Selector {
  /** Of a package, or of a source package (`src:NAME`). */
  readonly isSource: boolean;
  readonly name: Matches;
  /** Empty: the system's own. */
  readonly architecture: string;
}

export const neverPin = -32_768;

/** What apt reads: these files of /etc/apt/preferences.d only (apt_preferences(5), apt.conf(5) on names of files). */
export const preferencesPath = /^\/etc\/apt\/(preferences|preferences\.d\/([\w-]+|[\w.-]+\.pref))$/;

const mostRecords = 2000;
const mostSelectors = 200;

/**
 * The records of apt's preferences, in the order in which apt takes them: /etc/apt/preferences, then the others
 * sorted by name. apt refuses to work with a file that it does not understand: such a record is left out here.
 */
export function preferencesOf(files: readonly ConfiguredFile[]): Preference[] {
  const isMain = ({ path }: ConfiguredFile) => path === "/etc/apt/preferences";
  const ordered = [...files.filter(isMain), ...files.filter((file) => !isMain(file))];
  return ordered
    .flatMap(({ path, text }) => stanzasOf(text).flatMap((fields) => preferenceOf(path, fields)))
    .slice(0, mostRecords);
}

function preferenceOf(file: string, fields: ReadonlyMap<string, string>): Preference[] {
  const packages = fields.get("package") ?? "";
  const pin = fields.get("pin") ?? "";
  const [, word = "", data = ""] = /^(\S*)\s*(.*)$/.exec(pin) ?? [];
  const isGeneral = packages === "*";
  const matches = matchersOf(word.toLowerCase(), data);
  const priority = priorityOf(fields.get("pin-priority") ?? "", isGeneral);
  if (packages === "" || matches === undefined || priority === undefined) return [];
  if (isGeneral && matches.matchesFile === nothing) return [];
  const names = packages.split(/\s+/).slice(0, mostSelectors);
  const selectors = isGeneral ? undefined : names.map(selectorOf);
  return [{ file, packages, pin, priority, ...matches, selectors }];
}

const nothing = () => false;

function matchersOf(
  kind: string,
  data: string,
): Pick<Preference, "matchesFile" | "matchesVersion"> | undefined {
  if (kind === "version") return { matchesFile: nothing, matchesVersion: versionMatcher(data) };
  if (kind === "release") return { matchesFile: releaseMatcher(data), matchesVersion: nothing };
  if (kind === "origin") return { matchesFile: originMatcher(data), matchesVersion: nothing };
  return undefined;
}

function priorityOf(text: string, isGeneral: boolean): number | undefined {
  if (text === "never") return isGeneral ? neverPin : undefined;
  const number = /^[+-]?\d{1,6}/.exec(text)?.[0];
  const priority = number === undefined ? 0 : Number(number);
  if (priority === 0 || priority < neverPin || priority > 32_767) return undefined;
  return Math.max(priority, neverPin + 1);
}

function selectorOf(word: string): Selector {
  const isSource = word.startsWith("src:");
  const full = isSource ? word.slice(4) : word;
  const colon = full.lastIndexOf(":");
  return {
    isSource,
    name: expression(colon < 0 ? full : full.slice(0, colon)),
    architecture: colon < 0 ? "" : full.slice(colon + 1),
  };
}
