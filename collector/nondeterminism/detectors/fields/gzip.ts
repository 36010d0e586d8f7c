import { gzip } from "../../containers/gzip.ts";
import { second, type TimeFormat } from "./field.ts";

/** The header's time (RFC 1952, section 2.3.1): of the file that was compressed, or of the compression. */
export const gzipTimes: TimeFormat = {
  name: "gzip",
  *fields(content) {
    if (!gzip.matches(content)) return;
    const seconds = content.readUInt32LE(4);
    yield {
      offset: 4,
      length: 4,
      time: seconds * second,
      resolution: second,
      meaning: "seconds, 32 bits, little endian, header of gzip (gzip -n leaves it out)",
      source: "timestamp",
    };
  },
};
