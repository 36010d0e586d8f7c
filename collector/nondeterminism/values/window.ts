import type { Facts } from "../facts.ts";

/** Microseconds that a clock read by the build may be off the recorder's: coarse clocks, rounding. */
const slack = 3_000_000;
export const second = 1_000_000;
export const day = 86_400 * second;

/** How a text's wall-clock time became one of the build's: as UTC, or as the local time of the builder's zone. */
export type Zone = "utc" | "local";

/** The time of the build, in which times that it wrote lie. All in microseconds since 1970. */
export class Window {
  readonly from: number;
  readonly to: number;
  readonly #epoch: number | undefined;
  /** What local time of the builder is ahead of UTC; 0 if it is UTC. */
  readonly localOffset: number;

  constructor({ from, to, epoch, timezone, environment }: Facts) {
    this.from = from - slack;
    this.to = to + slack;
    this.#epoch = epoch === undefined ? undefined : epoch * second;
    this.localOffset = offsetOf(environment.get("TZ") ?? timezone, from);
  }

  /** Whether a time that is exact to `resolution` lies in the window and is not SOURCE_DATE_EPOCH. */
  has(time: number, resolution: number): boolean {
    if (time > this.to || time + resolution <= this.from) return false;
    return this.#epoch === undefined || this.#epoch < time || this.#epoch >= time + resolution;
  }

  /** In which of the two zones a wall-clock time is one of the build's; undefined if in neither. */
  zoneOf(wallClock: number, resolution: number): Zone | undefined {
    if (this.has(wallClock, resolution)) return "utc";
    const { localOffset } = this;
    return localOffset !== 0 && this.has(wallClock - localOffset, resolution) ? "local" : undefined;
  }

  /** The days of the window in UTC, and in the builder's zone if that has others: each by its first microsecond, UTC. */
  days(): number[] {
    const days = new Set<number>();
    for (const offset of [0, this.localOffset]) {
      const last = Math.floor((this.to + offset) / day);
      const first = Math.max(Math.floor((this.from + offset) / day), last - mostDays);
      for (let each = first; each <= last; each++) days.add(each * day);
    }
    return [...days];
  }
}

/** A build that takes longer is none; a damaged recording can say so. */
const mostDays = 40;

/** What a zone of the tz database is ahead of UTC at a time; 0 if it is not known. */
function offsetOf(zone: string, time: number): number {
  if (zone === "" || /^(?:Etc\/)?(?:UTC|UCT|GMT|Zulu|Universal)/.test(zone)) return 0;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const name = format.formatToParts(time / 1000).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    if (hours === undefined) return 0;
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60 * second;
  } catch (error) {
    if (error instanceof RangeError) return 0; // no zone that is known here, as of a POSIX TZ rule
    throw error;
  }
}

/** ISO 8601 in UTC, as exact as the time is. */
export function isoOf(time: number, resolution: number): string {
  const text = new Date(Math.floor(time / 1000)).toISOString();
  if (resolution >= day) return text.slice(0, 10);
  if (resolution >= 60 * second) return `${text.slice(0, 16)}Z`;
  return resolution >= second ? `${text.slice(0, 19)}Z` : text;
}
