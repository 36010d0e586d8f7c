import { clockAfter, clockOf } from "./clock-text.ts";
import { type DateText, shortMonth, shortYearForms, yearForms } from "./date-text.ts";
import type { TimeMatch } from "./match.ts";
import type { PairScanner } from "./pair-scanner.ts";
import { isDigit, isWord } from "./text.ts";
import { day, second, type Window, type Zone } from "./window.ts";

/** Characters around a year that can be of its date. */
const reach = 44;

/** Adds dates and times as people and programs write them: each has the year, or the name of the month. */
export function addCalendarTimes(scanner: PairScanner, window: Window): void {
  const years = new Set<number>();
  const months = new Map<string, { year: number; month: number }>();
  for (const each of window.days()) {
    const date = new Date(each / 1000);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    years.add(year);
    months.set(shortMonth(month), { year, month });
  }
  for (const year of years) addYear(scanner, window, year);
  for (const [name, { year, month }] of months) {
    scanner.add(name.charCodeAt(0), name.charCodeAt(1), (content, at) => {
      return content[at + 2] === name.charCodeAt(2)
        ? withoutYear(content, at, year, month, window)
        : undefined;
    });
  }
}

function addYear(scanner: PairScanner, window: Window, year: number): void {
  const century = Math.floor(year / 100);
  const [thousands, hundreds] = [0x30 + Math.floor(century / 10), 0x30 + (century % 10)];
  const [tens, ones] = [0x30 + (Math.floor(year / 10) % 10), 0x30 + (year % 10)];
  scanner.add(tens, ones, (content, at) => {
    const before = content[at - 1];
    if (before === hundreds && content[at - 2] === thousands)
      return withYear(content, at - 2, 4, year, window);
    if (before === slash || before === dash) return withYear(content, at, 2, year, window);
    return isDigit(before) ? undefined : utcTime(content, at, year, window);
  });
}

const slash = 0x2f;
const dash = 0x2d;

/** @param digits of the year that stand there. */
function withYear(
  content: Buffer,
  at: number,
  digits: number,
  year: number,
  window: Window,
): TimeMatch | undefined {
  const before = content.toString("latin1", Math.max(at - reach, 0), at);
  const after = content.toString("latin1", at + digits, at + digits + reach);
  for (const read of digits === 4 ? yearForms : shortYearForms) {
    const text = read(before, after);
    const match = text === undefined ? undefined : matchOf(text, at, digits, year, window);
    if (match !== undefined) return match;
  }
  return undefined;
}

function matchOf(
  text: DateText,
  at: number,
  digits: number,
  year: number,
  window: Window,
): TimeMatch | undefined {
  const { before, month, clock, form } = text;
  const date = Date.UTC(year, month - 1, text.day) * 1000;
  if (month < 1 || month > 12 || text.day < 1 || text.day > 31) return undefined;
  const offset = at - before;
  const length = text.length - 4 + digits;
  if (clock !== undefined) {
    const zone = zoneOf(date + clock.time, clock.offset, clock.resolution, window);
    if (zone !== undefined) {
      const shift = clock.offset ?? (zone === "local" ? window.localOffset : 0);
      const time = date + clock.time - shift;
      const { resolution } = clock;
      return timeMatch(offset, length + clock.length, time, resolution, form, zone);
    }
    if (clock.isCertain) return undefined;
  }
  const zone = window.zoneOf(date, day);
  return zone === undefined ? undefined : timeMatch(offset, length, date, day, `${form}, day`, zone);
}

function zoneOf(
  wallClock: number,
  offset: number | undefined,
  resolution: number,
  window: Window,
): Zone | undefined {
  if (offset === undefined) return window.zoneOf(wallClock, resolution);
  return window.has(wallClock - offset, resolution) ? (offset === 0 ? "utc" : "local") : undefined;
}

/** syslog and ls(1): `Nov 24 01:05:22`, `24 Nov 01:05`. With a year behind it, the year finds it. */
function withoutYear(
  content: Buffer,
  at: number,
  year: number,
  month: number,
  window: Window,
): TimeMatch | undefined {
  if (isWord(content[at - 1])) return undefined;
  const after = content.toString("latin1", at + 3, at + 3 + reach);
  const found = /^ {1,2}(\d{1,2})(?= )/.exec(after);
  const before = /(\d{1,2})[ -]$/.exec(content.toString("latin1", Math.max(at - 3, 0), at));
  const date = found ?? before;
  const rest = after.slice(found?.[0].length ?? 0);
  const clock = clockAfter(rest);
  if (date === null || clock === undefined || !clock.isCertain) return undefined;
  if (/^(?: [A-Z]{3,5})? \d{4}(?!\d)/.test(rest.slice(clock.length))) return undefined;
  const wallClock = Date.UTC(year, month - 1, Number(date[1])) * 1000 + clock.time;
  const zone = zoneOf(wallClock, clock.offset, clock.resolution, window);
  if (zone === undefined) return undefined;
  const start = found === null ? at - before![0].length : at;
  const length = at + 3 + (found?.[0].length ?? 0) + clock.length - start;
  const time = wallClock - (clock.offset ?? (zone === "local" ? window.localOffset : 0));
  return timeMatch(start, length, time, clock.resolution, "month, day and time", zone);
}

/** ASN.1's UTCTime, as in certificates: `261124010522Z` (X.680, 47). */
function utcTime(content: Buffer, at: number, year: number, window: Window): TimeMatch | undefined {
  if (content[at + 12] !== 0x5a || !isDigit(content[at + 2])) return undefined;
  const text = content.toString("latin1", at, at + 13);
  const [, month, date, hours, minutes, seconds] = /^\d\d(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const parts = { hours, minutes: minutes!, seconds, fraction: undefined, half: undefined, zone: "Z" };
  const clock = clockOf(text, parts, true);
  const time = Date.UTC(year, Number(month) - 1, Number(date)) * 1000 + (clock?.time ?? 0);
  if (clock === undefined || !window.has(time, second)) return undefined;
  return timeMatch(at, text.length, time, second, "ASN.1 UTCTime", "utc");
}

function timeMatch(
  offset: number,
  length: number,
  time: number,
  resolution: number,
  encoding: string,
  zone: Zone,
): TimeMatch {
  return { kind: "time", offset, length, time, resolution, encoding, form: "text", odds: undefined, zone };
}
