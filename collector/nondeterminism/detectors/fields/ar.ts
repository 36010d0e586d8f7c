import { arEntries, isAr } from "../../containers/ar.ts";
import { second, type TimeFormat } from "./field.ts";

/** The times of modification of the members: decimal, 12 characters. */
export const arTimes: TimeFormat = {
  name: "ar",
  *fields(content) {
    if (!isAr(content)) return;
    for (const { header, mtime } of arEntries(content)) {
      yield {
        offset: header + 16,
        length: 12,
        time: mtime * second,
        resolution: second,
        meaning: "seconds, decimal, member of ar (ar D leaves it out)",
        source: "archive-metadata",
      };
    }
  },
};
