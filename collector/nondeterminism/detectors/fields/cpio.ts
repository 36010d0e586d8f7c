import { cpioEntries, isCpio } from "../../containers/cpio.ts";
import { second, type TimeFormat } from "./field.ts";

/** The times of modification of the members: eight hexadecimal digits. */
export const cpioTimes: TimeFormat = {
  name: "cpio",
  *fields(content) {
    if (!isCpio(content)) return;
    for (const { header, mtime } of cpioEntries(content)) {
      yield {
        offset: header + 46,
        length: 8,
        time: mtime * second,
        resolution: second,
        meaning: "seconds, hexadecimal, member of cpio",
        source: "archive-metadata",
      };
    }
  },
};
