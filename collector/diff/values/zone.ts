const known = new Map<string, Intl.DateTimeFormat | undefined>();

/** How far a time zone (a name of the tz database) is ahead of UTC at a time, milliseconds; 0 for a zone that is not known. */
export function zoneOffset(zone: string, time: number): number {
  const format = formatOf(zone);
  if (format === undefined || !Number.isFinite(time) || Math.abs(time) > 8.64e15) return 0;
  const part = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(part) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (known.has(zone)) return known.get(zone);
  const format = formatFor(zone.replace(/^:/, ""));
  known.set(zone, format);
  return format;
}

function formatFor(timeZone: string): Intl.DateTimeFormat | undefined {
  if (timeZone === "") return undefined;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return undefined; // TZ may hold a rule (CET-1CEST) or nonsense: then only UTC is tried
  }
}
