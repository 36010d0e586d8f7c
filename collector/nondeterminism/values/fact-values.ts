import type { Facts } from "../facts.ts";
import type { FactMatch, FactName } from "./match.ts";
import type { PairScanner } from "./pair-scanner.ts";
import { isWord } from "./text.ts";

/** A value to look for, and what must not stand beside it: it would be a part of another word. */
interface Value {
  readonly fact: FactName;
  readonly variable: string;
  readonly text: string;
  readonly isPart: (before: number | undefined, after: number | undefined) => boolean;
}

/** Adds the values of this build, machine and user that are told from any other text. */
export function addFactValues(scanner: PairScanner, facts: Facts): void {
  for (const value of valuesOf(facts)) {
    const bytes = Buffer.from(value.text, "latin1");
    const pair = rarestPair(bytes);
    scanner.add(bytes[pair]!, bytes[pair + 1]!, (content, at) => find(content, at - pair, bytes, value));
  }
}

function valuesOf(facts: Facts): Value[] {
  const values: Value[] = [];
  const add = (fact: FactName, text: string | undefined, isPart: Value["isPart"], variable = "") => {
    if (text !== undefined && text.length >= 2) values.push({ fact, variable, text, isPart });
  };
  add("hostName", common.has(facts.hostName) ? "" : facts.hostName, inName);
  add("kernel", facts.kernel, inName);
  add("kernelVersion", facts.kernelVersion.length >= 8 ? facts.kernelVersion : "", inNothing);
  add("directory", isTelling(facts.directory) ? facts.directory : "", inPath);
  for (const [name, user] of usersOf(facts)) add("user", common.has(user) ? "" : user, inName, name);
  for (const zone of new Set([facts.timezone, facts.environment.get("TZ") ?? ""])) {
    if (isUtc(zone)) continue;
    add("timezone", zone, inWord);
    for (const abbreviation of abbreviationsOf(zone)) add("zone", abbreviation, inWord);
  }
  add("cpuModel", facts.cpuModel.length >= 6 ? facts.cpuModel : "", inWord);
  for (const [name, value] of facts.environment) {
    if (name === "HOME") add("home", isTelling(value) ? value : "", inPath, name);
    else if (/^(?:LANG|LANGUAGE|LC_[A-Z]+)$/.test(name)) add("locale", value, inWord, name);
    else if (isOwn(name, value)) add("environment", value, inWord, name);
  }
  const seen = new Set<string>();
  return values.filter(({ text }) => !seen.has(text) && seen.add(text) !== undefined);
}

/** Names that any system can have in its texts. */
const common: ReadonlySet<string> = new Set([
  "root",
  "user",
  "localhost",
  "localhost.localdomain",
  "(none)",
  "nobody",
  "admin",
  "live",
  "www-data",
]);

/** A path that others can have too says nothing: `/`, `/root`, `/tmp`, `/home`. */
function isTelling(path: string): boolean {
  return (
    path.length >= 6 &&
    path.startsWith("/") &&
    !/^\/(?:root|home|nonexistent|usr|var|opt|srv|mnt|media)\/?$/.test(path)
  );
}

/** The user, and those that the environment names; with the variable. */
function usersOf({ user, environment }: Facts): [string, string][] {
  const names = ["USER", "LOGNAME", "SUDO_USER"];
  return [["", user], ...names.map((name): [string, string] => [name, environment.get(name) ?? ""])];
}

function isUtc(zone: string): boolean {
  return zone === "" || /^:?(?:Etc\/)?(?:UTC|GMT|UCT|Zulu|Universal)/.test(zone);
}

/** `CET` and `CEST`: as far as English has names for a zone. */
function abbreviationsOf(zone: string): Set<string> {
  const found = new Set<string>();
  for (const locale of ["en-US", "en-GB", "en-AU", "en-IN"]) {
    for (const month of [0, 6]) {
      const name = shortName(zone, locale, new Date(Date.UTC(2025, month)));
      if (/^[A-Z]{3,5}$/.test(name) && name !== "UTC" && name !== "GMT") found.add(name);
    }
  }
  return found;
}

function shortName(timeZone: string, locale: string, date: Date): string {
  try {
    const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" });
    return format.formatToParts(date).find(({ type }) => type === "timeZoneName")?.value ?? "";
  } catch (error) {
    if (error instanceof RangeError) return ""; // no zone that is known here, as of a POSIX TZ rule
    throw error;
  }
}

/** Of a variable that has no entry of its own: long enough not to stand anywhere by chance, and no usual one. */
function isOwn(name: string, value: string): boolean {
  if (/^(?:SOURCE_DATE_EPOCH|TZ|USER|LOGNAME|SUDO_USER)$/.test(name) || value.length < 10) return false;
  return !/^(?:\/usr\/local\/sbin:|\/usr\/sbin:|\/usr\/bin:|\/bin\/)[a-z/:]*$/.test(value);
}

function find(
  content: Buffer,
  at: number,
  bytes: Buffer,
  { fact, variable, isPart }: Value,
): FactMatch | undefined {
  const end = at + bytes.length;
  if (at < 0 || end > content.length || content.compare(bytes, 0, bytes.length, at, end) !== 0)
    return undefined;
  if (isPart(content[at - 1], content[end])) return undefined;
  return { kind: "fact", fact, variable, offset: at, length: bytes.length };
}

/** In names of hosts, users and kernels a dash is a letter like others; and `+` in a kernel's. */
function inName(before: number | undefined, after: number | undefined): boolean {
  return isWord(before) || isWord(after) || before === 0x2d || after === 0x2d || after === 0x2b;
}

function inWord(before: number | undefined, after: number | undefined): boolean {
  return isWord(before) || isWord(after);
}

/** A name that only begins as the last component does is another. `-I/build` is an option with the path. */
function inPath(before: number | undefined, after: number | undefined): boolean {
  return isWord(after) || after === 0x2d || after === 0x2e || before === 0x2e || before === 0x2f;
}

function inNothing(): boolean {
  return false;
}

/** The pair that is likely to be rare in texts and programs, so that it is seldom looked at. */
function rarestPair(bytes: Buffer): number {
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < bytes.length; i++) {
    const cost = costOf(bytes[i]!) * costOf(bytes[i + 1]!);
    if (cost < lowest) [best, lowest] = [i, cost];
  }
  return best;
}

/** About how often a byte is met: vowels and frequent consonants, other small letters, the rest. */
function costOf(byte: number): number {
  const letter = String.fromCharCode(byte);
  if (/[etaoinsr /.0]/.test(letter)) return 8;
  return /[a-z_\-12=:]/.test(letter) ? 3 : 1;
}
