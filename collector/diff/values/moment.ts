import { zoneOffset } from "./zone.ts";

/** When something is that a text tells: without seconds a whole minute. Milliseconds since 1970. */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

/** When a build ran, and in which time zone its commands told the time. Milliseconds since 1970. */
export interface Period extends Moment {
  readonly zone: string;
}

/** Whether two moments are as far apart as the two builds are, give or take what the longer of them took. */
export function movedAlong(a: Period, b: Period, first: Moment, second: Moment): boolean {
  const took = Math.max(a.to - a.from, b.to - b.from);
  const builds = b.from - a.from;
  const [least, most] = [second.from - first.to, second.to - first.from];
  return second.from !== first.from && most >= builds - took && least <= builds + took;
}

/** What a time in no zone means: UTC, or the time of a zone. */
export function meaningsOf(local: Moment, zone: string): Moment[] {
  const offset = zoneOffset(zone, local.from);
  return offset === 0 ? [local] : [local, { from: local.from - offset, to: local.to - offset }];
}

export function iso({ from }: Moment): string {
  const date = new Date(from);
  return Number.isNaN(date.getTime()) ? "no date" : date.toISOString();
}
