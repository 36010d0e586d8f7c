import { second, type TimeFormat } from "./field.ts";

/** Of Python 3.7, the first with flags (PEP 552); of 3.0; magic numbers of Python 2 are above 20000 and as of 3.0. */
const withFlags = 3390;
const python2 = 20_000;

/** The source file's time in a compiled Python module, where it is not checked by a hash. */
export const pycTimes: TimeFormat = {
  name: "pyc",
  *fields(content, { path, within }) {
    const name = within.at(-1) ?? path;
    if (!/\.py[co]$/.test(name) || content.length < 16 || content.readUInt16LE(2) !== 0x0a0d) return;
    const magic = content.readUInt16LE(0);
    const hasFlags = magic >= withFlags && magic < python2;
    if (hasFlags && content.readUInt32LE(4) !== 0) return;
    const offset = hasFlags ? 8 : 4;
    yield {
      offset,
      length: 4,
      time: content.readUInt32LE(offset) * second,
      resolution: second,
      meaning: "seconds, 32 bits, little endian, the source's time in a compiled Python module",
      source: "timestamp",
    };
  },
};
