import { second } from "./window.ts";

/** A time of day as it stands in a text. */
export interface ClockText {
  readonly length: number;
  /** Microseconds since midnight, and to how many they are exact. */
  readonly time: number;
  readonly resolution: number;
  /** Microseconds that it is ahead of UTC; undefined if the text does not say. */
  readonly offset: number | undefined;
  /** Its parts are separated, so that it is nothing else. */
  readonly isCertain: boolean;
}

/** What stands between a date and a time, the time, and the zone behind it (ISO 8601, RFC 2822, date(1)). */
const afterDate =
  /^(T| at |,? {1,2}|[_.:/-])(\d{1,2})([:.h-]?)(\d\d)(?:\3(\d\d))?(?:[.,](\d{1,9}))?( ?[AaPp][Mm])?( ?(?:Z|UTC|GMT)(?![A-Za-z])| ?[+-]\d\d:?(?:\d\d)?(?!\d))?/;

/** The time of day at the beginning of what follows a date. */
export function clockAfter(text: string): ClockText | undefined {
  const found = afterDate.exec(text);
  if (found === null) return undefined;
  const [all, between, hours, separator, minutes, seconds, fraction, half, zone] = found;
  if (separator === "" && hours!.length === 1) return undefined;
  return clockOf(
    all,
    { hours: hours!, minutes: minutes!, seconds, fraction, half, zone },
    separator !== "" || between === "T",
  );
}

export interface ClockParts {
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string | undefined;
  readonly fraction: string | undefined;
  /** `AM` or `PM`. */
  readonly half: string | undefined;
  readonly zone: string | undefined;
}

export function clockOf(all: string, parts: ClockParts, isCertain: boolean): ClockText | undefined {
  const hours = hoursOf(Number(parts.hours), parts.half?.trim().toUpperCase());
  const minutes = Number(parts.minutes);
  const seconds = Number(parts.seconds ?? 0);
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const fraction = parts.seconds === undefined ? 0 : Math.floor(Number(`0.${parts.fraction ?? 0}`) * second);
  return {
    length: all.length,
    time: ((hours * 60 + minutes) * 60 + seconds) * second + fraction,
    resolution:
      parts.seconds === undefined ? 60 * second : Math.max(second / 10 ** (parts.fraction?.length ?? 0), 1),
    offset: offsetOf(parts.zone?.trim()),
    isCertain,
  };
}

function hoursOf(hours: number, half: string | undefined): number {
  if (half === undefined || hours > 12) return hours;
  return (hours % 12) + (half === "PM" ? 12 : 0);
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === "") return undefined;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (hours === undefined) return /^(?:Z|UTC|GMT)$/.test(zone) ? 0 : undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60 * second;
}
