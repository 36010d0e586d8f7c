import type { TimeField, TimeFormat } from "./field.ts";

const magic = "SQLite format 3\0";
const leafOfTable = 0x0d;
const headerSize = 100;
/** Columns of one row, and cells of one page, that are looked at. */
const mostColumns = 200;

/** Integers and numbers in rows of SQLite tables that may be times (SQLite, Database File Format, 1.6 and 2.1). */
export const sqliteTimes: TimeFormat = {
  name: "SQLite",
  *fields(content) {
    if (content.length < 512 || content.toString("latin1", 0, magic.length) !== magic) return;
    const value = content.readUInt16BE(16);
    const pageSize = value === 1 ? 65_536 : value;
    if (pageSize < 512) return;
    for (let page = 0; page + pageSize <= content.length; page += pageSize) {
      const header = page === 0 ? headerSize : page;
      if (content[header] === leafOfTable) yield* ofPage(content, page, header, pageSize);
    }
  },
};

function* ofPage(content: Buffer, page: number, header: number, pageSize: number): Generator<TimeField> {
  const cells = Math.min(content.readUInt16BE(header + 3), Math.floor(pageSize / 4));
  for (let i = 0; i < cells; i++) {
    const pointer = header + 8 + 2 * i;
    if (pointer + 2 > page + pageSize) return;
    const cell = page + content.readUInt16BE(pointer);
    if (cell < page + pageSize) yield* ofCell(content, cell, page + pageSize);
  }
}

/** The size of the row, its number, the header with the columns' types, and the columns. */
function* ofCell(content: Buffer, cell: number, end: number): Generator<TimeField> {
  const row = new Varints(content, cell, end);
  row.next();
  row.next();
  const start = row.at;
  let column = start + row.next();
  const columns = column;
  for (let i = 0; row.at < columns && i < mostColumns; i++) {
    const type = row.next();
    const size = sizeOf(type);
    if (column + size > end) return;
    const field = fieldAt(content, column, type, size);
    if (field !== undefined) yield field;
    column += size;
  }
}

/** Big-endian numbers of up to 64 bits, seven to a byte (SQLite, 1.6). */
class Varints {
  readonly #content: Buffer;
  readonly #end: number;
  at: number;

  constructor(content: Buffer, at: number, end: number) {
    this.#content = content;
    this.at = at;
    this.#end = end;
  }

  next(): number {
    let value = 0;
    for (let i = 0; i < 9 && this.at < this.#end; i++) {
      const byte = this.#content[this.at++]!;
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    return value;
  }
}

const sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function sizeOf(type: number): number {
  return type < 10 ? sizes[type]! : Math.floor((type - 12 - (type % 2)) / 2);
}

/** A number of 32 bits can count seconds, one of 48 milliseconds, one of 64 microseconds; a double seconds. */
function fieldAt(content: Buffer, offset: number, type: number, length: number): TimeField | undefined {
  const of = (time: number, resolution: number, unit: string): TimeField => {
    const meaning = `${unit}, big endian, column of an SQLite table`;
    return { offset, length, time: Math.floor(time), resolution, meaning, source: "timestamp" };
  };
  switch (type) {
    case 4:
      return of(content.readUInt32BE(offset) * 1e6, 1e6, "seconds, 32 bits");
    case 5:
      return of(content.readUIntBE(offset, 6) * 1000, 1000, "milliseconds, 48 bits");
    case 6: {
      const value = content.readUInt32BE(offset) * 2 ** 32 + content.readUInt32BE(offset + 4);
      return value > 1e17
        ? of(value / 1000, 1, "nanoseconds, 64 bits")
        : of(value, 1, "microseconds, 64 bits");
    }
    case 7: {
      const value = content.readDoubleBE(offset);
      return Number.isFinite(value) ? of(value * 1e6, 1, "seconds, double") : undefined;
    }
    default:
      return undefined;
  }
}
