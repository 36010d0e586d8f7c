import { dosResolution, dosTime } from "./dos-time.ts";
import type { TimeField, TimeFormat } from "./field.ts";

const entrySize = 32;
const longName = 0x0f;

/** Times of the files in the root directory of a FAT file system, as an EFI image has (Microsoft, FAT: General Overview, 1.03). */
export const fatTimes: TimeFormat = {
  name: "FAT",
  *fields(content) {
    const root = rootOf(content);
    if (root === undefined) return;
    for (let at = root.start; at + entrySize <= Math.min(root.end, content.length); at += entrySize) {
      if (content[at] === 0) return;
      if (content[at] === 0xe5 || content[at + 11] === longName) continue;
      const fields = [fieldAt(content, at + 14, "made"), fieldAt(content, at + 22, "written")];
      for (const field of fields) if (field !== undefined) yield field;
    }
  },
};

/** Where the root directory is: of FAT32 it begins in a cluster. */
function rootOf(content: Buffer): { start: number; end: number } | undefined {
  if (content.length < 512 || content.readUInt16LE(510) !== 0xaa55) return undefined;
  const isFat32 = content.toString("latin1", 82, 87) === "FAT32";
  if (!isFat32 && content.toString("latin1", 54, 57) !== "FAT") return undefined;
  const sectorSize = content.readUInt16LE(11);
  const [clusterSize, reserved, copies] = [content[13]!, content.readUInt16LE(14), content[16]!];
  const tableSize = isFat32 ? content.readUInt32LE(36) : content.readUInt16LE(22);
  const afterTables = (reserved + copies * tableSize) * sectorSize;
  if (!isFat32) return { start: afterTables, end: afterTables + content.readUInt16LE(17) * entrySize };
  const start = afterTables + (content.readUInt32LE(44) - 2) * clusterSize * sectorSize;
  return start < 0 ? undefined : { start, end: start + clusterSize * sectorSize };
}

function fieldAt(content: Buffer, offset: number, what: string): TimeField | undefined {
  const time = dosTime(content.readUInt16LE(offset), content.readUInt16LE(offset + 2));
  if (time === undefined) return undefined;
  const meaning = `MS-DOS time and date, when a file of FAT was ${what}`;
  return {
    offset,
    length: 4,
    time,
    resolution: dosResolution,
    isLocal: true,
    meaning,
    source: "archive-metadata",
  };
}
