import { isZip, type ZipEntry, zipEntries } from "../../containers/zip.ts";
import { dosResolution, dosTime } from "./dos-time.ts";
import { second, type TimeField, type TimeFormat } from "./field.ts";

/** The times of the members: MS-DOS' of all, and in extra fields those of Unix and NTFS (APPNOTE 4.4.6, 4.5; Info-ZIP's extrafld.txt). */
export const zipTimes: TimeFormat = {
  name: "zip",
  *fields(content) {
    if (!isZip(content)) return;
    for (const entry of zipEntries(content)) {
      const time = dosTime(content.readUInt16LE(entry.timeAt), content.readUInt16LE(entry.timeAt + 2));
      if (time !== undefined) {
        const meaning = "MS-DOS time and date, member of zip";
        const at = { offset: entry.timeAt, length: 4, time, resolution: dosResolution };
        yield { ...at, isLocal: true, meaning, source: "archive-metadata" };
      }
      yield* ofExtra(content, entry);
    }
  },
};

const extendedTimestamp = 0x5455;
const ntfs = 0x000a;
/** Between 1601 and 1970, seconds. */
const since1601 = 11_644_473_600;

function* ofExtra(content: Buffer, { extra, extraSize }: ZipEntry): Generator<TimeField> {
  const end = Math.min(extra + extraSize, content.length);
  for (let at = extra; at + 4 <= end; ) {
    const [id, size] = [content.readUInt16LE(at), content.readUInt16LE(at + 2)];
    const data = at + 4;
    at = data + size;
    if (at > end) return;
    if (id === extendedTimestamp) {
      for (let each = data + 1; each + 4 <= at; each += 4) yield unixTime(content, each);
    } else if (id === ntfs && size >= 32) {
      for (let each = data + 8; each < data + 32; each += 8) yield fileTime(content, each);
    }
  }
}

function unixTime(content: Buffer, offset: number): TimeField {
  const time = content.readUInt32LE(offset) * second;
  const meaning =
    "seconds, 32 bits, little endian, extended timestamp of a member of zip (zip -X leaves it out)";
  return { offset, length: 4, time, resolution: second, meaning, source: "archive-metadata" };
}

function fileTime(content: Buffer, offset: number): TimeField {
  const value = content.readUInt32LE(offset + 4) * 2 ** 32 + content.readUInt32LE(offset);
  const time = Math.floor(value / 10) - since1601 * second;
  const meaning = "FILETIME, little endian, member of zip";
  return { offset, length: 8, time, resolution: 1, meaning, source: "archive-metadata" };
}
