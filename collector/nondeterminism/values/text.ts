/** Bytes at the beginning by which a text is told. */
const enough = 4096;

/** Whether content is text of some encoding that has ASCII in it: no NUL, and few other control characters. */
export function isText(content: Buffer): boolean {
  const length = Math.min(content.length, enough);
  let controls = 0;
  for (let i = 0; i < length; i++) {
    const byte = content[i]!;
    if (byte === 0) return false;
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x09 && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b)
      controls++;
  }
  return controls * 32 <= length && !isDense(content, length);
}

/** Compressed and encrypted data can go without a NUL for some hundred bytes, but not without high bytes that are no UTF-8. */
function isDense(content: Buffer, length: number): boolean {
  let high = 0;
  for (let i = 0; i < length; i++) if (content[i]! >= 0x80) high++;
  return high * 3 > length && content.toString("utf8", 0, length).includes("\ufffd\ufffd");
}

/** Lines of one content, counted from where the last question stopped: asked in ascending order it is read once. */
export class Lines {
  readonly #content: Buffer;
  #offset = 0;
  #line = 1;

  constructor(content: Buffer) {
    this.#content = content;
  }

  /** The line of an offset, from 1. */
  at(offset: number): number {
    if (offset < this.#offset) {
      this.#offset = 0;
      this.#line = 1;
    }
    for (;;) {
      const end = this.#content.indexOf(0x0a, this.#offset);
      if (end < 0 || end >= offset) return this.#line;
      this.#offset = end + 1;
      this.#line++;
    }
  }
}

/** Whether a byte is an ASCII digit. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Whether a byte can stand within a word: a letter, a digit or `_`. */
export function isWord(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
}
