import type { TimeField, TimeFormat } from "./field.ts";

const firstDescriptor = 16 * 2048;
const descriptorSize = 2048;
const mostDescriptors = 16;
/** Creation, modification, expiration and effective time of a volume descriptor (ECMA-119, 8.4.26 to 8.4.29). */
const timesAt = [813, 830, 847, 864];
const timeSize = 17;

/** The times of the volume; GRUB finds it by the UUID that is made of its time of modification. */
export const isoTimes: TimeFormat = {
  name: "ISO 9660",
  *fields(content) {
    for (let i = 0; i < mostDescriptors; i++) {
      const start = firstDescriptor + i * descriptorSize;
      if (content.toString("latin1", start + 1, start + 6) !== "CD001") return;
      for (const at of timesAt) {
        const field = fieldAt(content, start + at);
        if (field !== undefined) yield field;
      }
    }
  },
};

/** `YYYYMMDDhhmmsscc` and the zone in quarters of an hour. */
function fieldAt(content: Buffer, offset: number): TimeField | undefined {
  if (offset + timeSize > content.length) return undefined;
  const text = content.toString("latin1", offset, offset + 16);
  const [, year, month, day, hours, minutes, seconds, hundredths] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || year === 0) return undefined;
  const zone = content.readInt8(offset + 16) * 15 * 60_000;
  const time = Date.UTC(year, month! - 1, day, hours, minutes, seconds, hundredths! * 10) - zone;
  return {
    offset,
    length: timeSize,
    time: time * 1000,
    resolution: 10_000,
    meaning: "digits, volume descriptor of ISO 9660",
    source: "archive-metadata",
  };
}
