/** Microseconds since 1970 of MS-DOS' 16-bit time and date, as wall-clock time; undefined if they are none. */
export function dosTime(time: number, date: number): number | undefined {
  const [day, month, year] = [date & 31, (date >> 5) & 15, 1980 + (date >> 9)];
  const [seconds, minutes, hours] = [(time & 31) * 2, (time >> 5) & 63, time >> 11];
  if (day === 0 || month === 0 || month > 12 || seconds > 59 || minutes > 59 || hours > 23) return undefined;
  return Date.UTC(year, month - 1, day, hours, minutes, seconds) * 1000;
}

/** Microseconds to which it is exact. */
export const dosResolution = 2_000_000;
