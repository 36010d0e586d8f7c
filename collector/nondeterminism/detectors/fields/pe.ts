import { second, type TimeFormat } from "./field.ts";

/** TimeDateStamp of the COFF header (Microsoft, PE Format): of Windows and EFI programs. */
export const peTimes: TimeFormat = {
  name: "PE",
  *fields(content) {
    if (content.length < 0x40 || content.toString("latin1", 0, 2) !== "MZ") return;
    const header = content.readUInt32LE(0x3c);
    if (header + 12 > content.length || content.toString("latin1", header, header + 4) !== "PE\0\0") return;
    yield {
      offset: header + 8,
      length: 4,
      time: content.readUInt32LE(header + 8) * second,
      resolution: second,
      meaning: "seconds, 32 bits, little endian, TimeDateStamp of a PE header",
      source: "timestamp",
    };
  },
};
