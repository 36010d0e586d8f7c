import { second, type TimeFormat } from "./field.ts";

/** Of a cache that is mapped, and of one that is allocated (fontconfig, src/fcint.h: FC_CACHE_MAGIC_*). */
const magics = [0xfc02fc04, 0xfc02fc05];

/** The time of the font directory in a cache of fontconfig, for which SOURCE_DATE_EPOCH is taken if that is earlier. */
export const fontconfigTimes: TimeFormat = {
  name: "fontconfig cache",
  *fields(content) {
    if (content.length < 64 || !magics.includes(content.readUInt32LE(0))) return;
    yield {
      offset: 48,
      length: 4,
      time: content.readUInt32LE(48) * second,
      resolution: second,
      meaning: "seconds, 32 bits, little endian, the font directory's time in a cache of fontconfig",
      source: "timestamp",
    };
  },
};
