/** Tails' serials: YYYYMMDDNN, the day in UTC and a number from 01. */
export const serialPattern = /^\d{8}(?:0[1-9]|[1-9]\d)$/;

/** The serial after `last`. @returns undefined after the 99th of a day. */
export function nextSerial(last: string, now: Date): string | undefined {
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  // A clock that was set back makes no serial that is less than the last.
  const from = last.slice(0, 8) >= day ? last : `${day}00`;
  const number = Number(from.slice(8)) + 1;
  return number > 99 ? undefined : `${from.slice(0, 8)}${String(number).padStart(2, "0")}`;
}
