import { type ClockText, clockAfter, clockOf } from "./clock-text.ts";

/** A date as it stands in a text around its year, and the time of day that goes with it. */
export interface DateText {
  /** Characters of it before the year, and from there on. */
  readonly before: number;
  readonly length: number;
  readonly month: number;
  readonly day: number;
  readonly clock: ClockText | undefined;
  readonly form: string;
}

/** What can surround a year: `before` ends where it begins, `after` begins where it ends. */
type Read = (before: string, after: string) => DateText | undefined;

/** Every form with a year of four digits; of a text, the first that fits and is in the window counts. */
export const yearForms: readonly Read[] = [iso, basic, dayMonth, monthDay, monthFirst, dayFirst];
/** Those that are used with the last two digits of the year. */
export const shortYearForms: readonly Read[] = [dayMonth, monthFirst, dayFirst];

const yearLength = 4;

/** `2026-11-24T01:05:22Z`, `2026/11/24 01:05`, `2026.11.24`. */
function iso(before: string, after: string): DateText | undefined {
  const found = /^([-/._:])(\d{1,2})\1(\d{1,2})(?!\d)/.exec(after);
  if (found === null || /\d$/.test(before)) return undefined;
  const [all, , month, day] = found;
  return dateOf("ISO 8601", 0, all, { month: Number(month), day: Number(day), after });
}

/** `20261124T010522Z`, `20261124`. */
function basic(before: string, after: string): DateText | undefined {
  const found = /^(\d\d)(\d\d)/.exec(after);
  if (found === null || /\d$/.test(before)) return undefined;
  const [all, month, day] = found;
  const rest = after.slice(all.length);
  const digits = /^(\d\d)(\d\d)(\d\d)?(?!\d)/.exec(rest);
  const [clock, hours, minutes, seconds] = digits ?? [];
  if (clock !== undefined) {
    const parts = {
      hours: hours!,
      minutes: minutes!,
      seconds,
      fraction: undefined,
      half: undefined,
      zone: undefined,
    };
    return {
      before: 0,
      length: yearLength + all.length,
      month: Number(month),
      day: Number(day),
      clock: clockOf(clock, parts, true),
      form: "ISO 8601, basic",
    };
  }
  if (/^\d/.test(rest)) return undefined;
  const date = dateOf("ISO 8601, basic", 0, all, { month: Number(month), day: Number(day), after });
  // As the date is without separators, so may the time be.
  return date.clock === undefined ? date : { ...date, clock: { ...date.clock, isCertain: true } };
}

/** RFC 2822, HTTP, date(1) with English names: `24 Nov 2026 01:05:22 +0000`, `24/Nov/2026:01:05:22`, `24-Nov-26`. */
function dayMonth(before: string, after: string): DateText | undefined {
  const found = /(?:^|\D)((\d{1,2})(?:st|nd|rd|th)?[ /-]([A-Za-z]{3,9})[.,]?[ /-])$/.exec(before);
  const month = monthOf(found?.[3] ?? "");
  if (found === null || month === undefined || /^\d/.test(after)) return undefined;
  return dateOf("RFC 2822", found[1]!.length, "", { month, day: Number(found[2]), after });
}

/** asctime(3) and date(1): `Nov 24 01:05:22 UTC 2026`, `Nov 24 2026 01:05`, `November 24, 2026`. */
function monthDay(before: string, after: string): DateText | undefined {
  const found =
    /([A-Za-z]{3,9})\.? {1,2}(\d{1,2}),? (?:(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?( [AP]M)?(?: ([A-Z]{3,5}|[+-]\d{2,4}))? )?$/.exec(
      before,
    );
  const month = monthOf(found?.[1] ?? "");
  if (found === null || month === undefined || /^\d/.test(after)) return undefined;
  const [all, , day, hours, minutes, seconds, fraction, half, zone] = found;
  const form = "asctime";
  if (hours === undefined) return dateOf(form, all.length, "", { month, day: Number(day), after });
  const clock = clockOf("", { hours, minutes: minutes!, seconds, fraction, half, zone }, true);
  return { before: all.length, length: all.length + yearLength, month, day: Number(day), clock, form };
}

/** `11/24/2026 1:05 AM`. */
function monthFirst(before: string, after: string): DateText | undefined {
  const [all, , month, , day] = /(?:^|[^\d/.-])((\d{1,2})([/.-])(\d{1,2})\3)$/.exec(before) ?? [];
  if (all === undefined || /^[\d]/.test(after)) return undefined;
  return dateOf("US style", lengthOf(before), "", { month: Number(month), day: Number(day), after });
}

/** `24.11.2026 01:05`, `24/11/2026`. */
function dayFirst(before: string, after: string): DateText | undefined {
  const [all, , day, , month] = /(?:^|[^\d/.-])((\d{1,2})([/.-])(\d{1,2})\3)$/.exec(before) ?? [];
  if (all === undefined || /^[\d]/.test(after)) return undefined;
  return dateOf("day, month, year", lengthOf(before), "", { month: Number(month), day: Number(day), after });
}

function lengthOf(before: string): number {
  return /[\d/.-]{1,6}$/.exec(before)?.[0].length ?? 0;
}

interface Rest {
  readonly month: number;
  readonly day: number;
  readonly after: string;
}

/** @param inAfter what of the date stands behind the year: the time of day follows it. */
function dateOf(form: string, before: number, inAfter: string, { month, day, after }: Rest): DateText {
  const clock = clockAfter(after.slice(inAfter.length));
  return { before, length: before + yearLength + inAfter.length, month, day, clock, form };
}

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** The number of an English month's name, or of its first three letters. */
function monthOf(name: string): number | undefined {
  const lower = name.toLowerCase();
  const at = months.findIndex((each) => each === lower || (lower.length === 3 && each.startsWith(lower)));
  return at < 0 && lower !== "sept" ? undefined : (lower === "sept" ? 8 : at) + 1;
}

/** `Nov`. */
export function shortMonth(month: number): string {
  const name = months[month - 1]!.slice(0, 3);
  return name[0]!.toUpperCase() + name.slice(1);
}
