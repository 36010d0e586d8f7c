/** What is kept of the memory when what was written is forgotten. */
const keptBytes = 1 << 20;
const firstBytes = 64 << 10;
/** A field's tag and its number, or its length. */
const mostFieldBytes = 20;

/**
 * Writes what protobuf messages are made of, one after the other, into memory that grows
 * (https://protobuf.dev/programming-guides/encoding/). Unless it says otherwise, numbers are whole, not negative and below 2^64.
 */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(firstBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written: a window, good until more is. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written, and keeps the memory if it is not much. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafe(firstBytes);
  }

  /** Sees to it that so many bytes can be written: `varint`, `field` and `hole` do not look. */
  room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  varint(value: number): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    // Bit operations are on 32 bits: the lowest seven are right beyond, the shift would not be.
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest & 0x7f) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.#length = at;
  }

  /** A field that is such a number, where there is room; nothing for 0, as proto3 has it. */
  field(tag: number, value: number): void {
    if (value === 0) return;
    this.varint(tag);
    this.varint(value);
  }

  /** Leaves a byte out. @returns where it is */
  hole(): number {
    return this.#length++;
  }

  /** Fills a byte that was left out with the length of what came after it, which is below 128. */
  fill(hole: number): void {
    this.#bytes[hole] = this.#length - hole - 1;
  }

  raw(data: Uint8Array): void {
    this.room(data.length);
    this.#bytes.set(data, this.#length);
    this.#length += data.length;
  }

  /**
   * A field that is any whole number of 64 bits; one below zero in two's complement, ten bytes (int64). What is none is left
   * out: a number of more bytes would make the rest of the block unreadable.
   */
  number(tag: number, value: number): void {
    if (!Number.isInteger(value) || value >= 2 ** 64 || value < -(2 ** 63)) return;
    this.room(mostFieldBytes);
    this.varint(tag);
    if (value >= 0) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  /** A field that is bytes, or a message. */
  bytes(tag: number, data: Uint8Array): void {
    this.room(mostFieldBytes + data.length);
    this.varint(tag);
    this.varint(data.length);
    this.raw(data);
  }

  /** A field that is text, in UTF-8. */
  text(tag: number, text: string): void {
    const length = Buffer.byteLength(text);
    this.room(mostFieldBytes + length);
    this.varint(tag);
    this.varint(length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** A byte string: a byte for each character. */
  latin1(text: string): void {
    this.room(text.length);
    this.#length += this.#bytes.write(text, this.#length, "latin1");
  }
}

/** How many bytes `varint` writes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** A number that may be negative as one that is not (sint64). Below 2^52, either way. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
