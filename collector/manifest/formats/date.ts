import { UNKNOWN_REFERENCE } from "../build-manifest.ts";

/**
 * The newest time that tells when the state of an archive was made, to the second: of the Release files' `Date`, or
 * else of references that are a time or begin with a day. 1970 if there is none.
 */
export function newestDate(
  releaseDates: Iterable<string>,
  archives: readonly { readonly reference: string }[],
): string {
  const ofReleases = [...releaseDates].map(Date.parse).filter((time) => !Number.isNaN(time));
  const times = ofReleases.length > 0 ? ofReleases : archives.flatMap(({ reference }) => timeOf(reference));
  const newest = times.reduce((a, b) => Math.max(a, b), 0);
  return new Date(newest).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Of a snapshot's time like 20240101T120000Z, or a serial like 2024010102. */
function timeOf(reference: string): number[] {
  if (reference === UNKNOWN_REFERENCE) return [];
  const [, year, month, day, hour = "00", minute = "00", second = "00"] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z|\d\d)$/.exec(reference) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? [] : [time];
}
