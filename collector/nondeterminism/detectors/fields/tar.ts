import { isTar, tarEntries } from "../../containers/tar.ts";
import { second, type TimeFormat } from "./field.ts";

const octalLength = 12;

/** The times of modification of the members. */
export const tarTimes: TimeFormat = {
  name: "tar",
  *fields(content) {
    if (!isTar(content)) return;
    for (const { mtime, mtimeAt, header } of tarEntries(content)) {
      const isExtended = mtimeAt !== header + 136;
      yield {
        offset: mtimeAt,
        length: octalLength,
        time: Math.floor(mtime * second),
        resolution: isExtended ? 1 : second,
        meaning: isExtended ? "seconds, decimal, member of tar (pax)" : "seconds, octal, member of tar",
        source: "archive-metadata",
      };
    }
  },
};
