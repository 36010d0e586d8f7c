import { second, type TimeFormat } from "./field.ts";

/** When the file system was made, in the superblock (Linux, fs/squashfs/squashfs_fs.h; mksquashfs -mkfs-time). */
export const squashfsTimes: TimeFormat = {
  name: "squashfs",
  *fields(content) {
    if (content.length < 96 || content.toString("latin1", 0, 4) !== "hsqs") return;
    yield {
      offset: 8,
      length: 4,
      time: content.readUInt32LE(8) * second,
      resolution: second,
      meaning: "seconds, 32 bits, little endian, superblock of squashfs",
      source: "archive-metadata",
    };
  },
};
