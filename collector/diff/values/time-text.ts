import type { Moment } from "./moment.ts";

/** A time that stands in a text. */
export interface TimeText {
  readonly start: number;
  readonly end: number;
  /** As written: in the zone that the text names, or in none. */
  readonly moment: Moment;
  /** The text says in which zone it is. */
  readonly isZoned: boolean;
  /** The moment needs a year that the text does not have: it is the year of each build. */
  readonly lacksYear: boolean;
  /** `ISO 8601` */
  readonly format: string;
}

/** All times in a text, in the order of their places; of those at one place the longest. */
export function timesIn(text: string, year: number): TimeText[] {
  const found: TimeText[] = [];
  for (const { format, pattern, read } of formats) {
    for (const match of text.matchAll(pattern)) {
      const parsed = read(match, year);
      if (parsed === undefined || Number.isNaN(parsed.from)) continue;
      const { from, seconds, isZoned = false, lacksYear = false } = parsed;
      const moment = { from, to: from + seconds * 1000 };
      found.push({
        start: match.index,
        end: match.index + match[0].length,
        moment,
        isZoned,
        lacksYear,
        format,
      });
    }
  }
  return apart(found);
}

interface Parsed {
  readonly from: number;
  /** How long the moment lasts: 1, 60, a day. */
  readonly seconds: number;
  readonly isZoned?: boolean;
  readonly lacksYear?: boolean;
}
interface Format {
  readonly format: string;
  readonly pattern: RegExp;
  read(match: RegExpExecArray, year: number): Parsed | undefined;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const month = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}";
const weekday = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}";
const clock = "(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,]\\d{1,9})?)?";
const zone = "(?: ?(Z|[+-]\\d\\d:?\\d\\d)| ([A-Z]{3,5}))?";
const day = 86_400;

const formats: readonly Format[] = [
  {
    format: "ISO 8601",
    pattern: new RegExp(`(?<!\\d)(\\d{4})[-/.](\\d\\d)[-/.](\\d\\d)(?:[T _]${clock}${zone})?(?!\\d)`, "g"),
    read: ([, y, m, d, ...rest]) => dated(Number(y), Number(m), Number(d), rest),
  },
  {
    format: "ISO 8601, basic",
    pattern: /(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)[T_.-]?(?:(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?(?!\d)/g,
    read: ([, y, m, d, ...rest]) => dated(Number(y), Number(m), Number(d), rest),
  },
  {
    format: "RFC 2822",
    pattern: new RegExp(
      `(?:${weekday}, )?(?<!\\d)(\\d{1,2})[ -]${month}[ -](\\d{4})(?:[ :]${clock}${zone})?`,
      "g",
    ),
    read: ([, d, m, y, ...rest]) => dated(Number(y), monthOf(m!), Number(d), rest),
  },
  {
    format: "date",
    pattern: new RegExp(
      `(?:${weekday} )?${month} {1,2}(\\d{1,2}),? ${clock}(?: [AP]M)?${zone}(?: (\\d{4}))?`,
      "g",
    ),
    read: (match, year) => {
      const [, m, d, hours, minutes, seconds, offset, name, y] = match;
      const parsed = dated(Number(y ?? year), monthOf(m!), Number(d), [
        hours,
        minutes,
        seconds,
        offset,
        name,
      ]);
      return parsed === undefined ? undefined : { ...parsed, lacksYear: y === undefined };
    },
  },
  {
    format: "day, month, year",
    pattern: new RegExp(`(?<!\\d)(\\d\\d)[./-](\\d\\d)[./-](\\d{4})(?: ${clock}${zone})?(?!\\d)`, "g"),
    read: ([, d, m, y, ...rest]) =>
      dated(Number(y), Number(m), Number(d), rest) ?? dated(Number(y), Number(d), Number(m), rest),
  },
  {
    format: "month, day, year",
    pattern: new RegExp(`${month} {1,2}(\\d{1,2}),? (\\d{4})`, "g"),
    read: ([, m, d, y]) => dated(Number(y), monthOf(m!), Number(d), []),
  },
  {
    format: "seconds since 1970",
    pattern: /(?<![\d.])(\d{9,10})(?:\.\d{1,9})?(?!\d)/g,
    read: ([, value]) => ({ from: Number(value) * 1000, seconds: 1, isZoned: true }),
  },
];

function monthOf(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

/** @param rest hours, minutes, seconds, offset and name of the zone, as far as the text has them */
function dated(y: number, m: number, d: number, rest: readonly (string | undefined)[]): Parsed | undefined {
  const [hours, minutes, seconds, offset, name] = rest;
  if (m < 1 || m > 12 || d < 1 || d > 31 || y < 1900) return undefined;
  const time = Date.UTC(y, m - 1, d, Number(hours ?? 0), Number(minutes ?? 0), Number(seconds ?? 0));
  const isZoned = offset !== undefined || name === "UTC" || name === "GMT";
  const lasts = hours === undefined ? day : seconds === undefined ? 60 : 1;
  return { from: time - offsetOf(offset), seconds: lasts, isZoned };
}

function offsetOf(text: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text ?? "") ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function apart(found: TimeText[]): TimeText[] {
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: TimeText[] = [];
  for (const each of found) {
    const last = kept.at(-1);
    if (last === undefined || each.start >= last.end) kept.push(each);
    else if (each.end - each.start > last.end - last.start) kept[kept.length - 1] = each;
  }
  return kept;
}
