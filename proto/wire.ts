/** What is kept of the memory when what was written is forgotten. */
const keptBytes = 1 << 20;
const firstBytes = 64 << 10;

/**
 * Writes what protobuf messages are made of, one after the other, into memory that grows
 * (https://protobuf.dev/programming-guides/encoding/). Numbers are whole, not negative and below 2^53.
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

  /** A field that is a number; nothing for 0, as proto3 has it. */
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
