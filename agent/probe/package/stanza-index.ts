import type { Bytes } from "../../inside/bytes.ts";
import { Unreadable } from "../../inside/read.ts";

const field = Buffer.from("\nPackage: ");
const newline = 0x0a;
const blank = 0x20;
/** No stanza of Debian comes near it. */
const mostStanza = 1 << 20;
/** A list of Debian's has some 65,000. */
const mostStanzas = 2_000_000;
/** Most stanzas are shorter. */
const firstLook = 4 << 10;

/**
 * Where the stanzas of each package begin in a list of packages (deb822(5), apt's Packages and Sources files). It holds
 * a hash and a place of each, not the list: that is 50 MB for Debian's `main`, of which a build asks for a few hundred stanzas.
 */
export class StanzaIndex {
  readonly #bytes: Bytes;
  /** Of the names, in the order of the stanzas. */
  readonly #hashes: number[] = [];
  /** Where the names begin. */
  readonly #places: number[] = [];

  /**
   * @param bytes must stay what they are. A stanza that is another's by then is not found.
   * @param portion so many are looked through at once: few enough to stay in the processor's cache.
   * @throws Unreadable if there are too many stanzas.
   */
  constructor(bytes: Bytes, subject: string, portion = 256 << 10) {
    this.#bytes = bytes;
    for (let at = 0; at < bytes.size; ) {
      const data = bytes.slice(at, at + portion);
      if (data.length === 0) return;
      // The first stanza has no newline before it.
      if (at === 0 && data.subarray(0, field.length - 1).equals(field.subarray(1)))
        this.#add(data, field.length - 1, 0);
      const isLast = at + data.length >= bytes.size;
      // A name that is cut is of the next portion, which begins with the newline before it.
      const end = isLast ? data.length : data.lastIndexOf(newline);
      for (let found = data.indexOf(field); found >= 0 && found < end; found = data.indexOf(field, found + 1))
        this.#add(data, found + field.length, at);
      if (this.#places.length > mostStanzas)
        throw new Unreadable(`${subject}: more than ${mostStanzas} packages, which are looked through`);
      at += end > 0 ? end : data.length;
    }
  }

  /** Bytes of the list that are in memory. */
  get held(): number {
    return this.#bytes.held;
  }

  /** The stanzas of a package, as byte strings. */
  find(name: string): string[] {
    const wanted = Buffer.from(name, "latin1");
    const hash = hashOf(wanted, 0, wanted.length);
    const found: string[] = [];
    for (let i = this.#hashes.indexOf(hash); i >= 0; i = this.#hashes.indexOf(hash, i + 1)) {
      const nameAt = this.#places[i]!;
      const from = this.#startOf(nameAt);
      const stanza = this.#bytes.slice(from, this.#endOf(nameAt, from)).toString("latin1");
      if (nameIn(stanza, nameAt - from) === name) found.push(stanza);
    }
    return found;
  }

  #add(data: Buffer, nameAt: number, at: number): void {
    let end = nameAt;
    while (end < data.length && data[end] !== newline) end++;
    let from = nameAt;
    while (from < end && data[from]! <= blank) from++;
    while (end > from && data[end - 1]! <= blank) end--;
    this.#hashes.push(hashOf(data, from, end));
    this.#places.push(at + nameAt);
  }

  #startOf(nameAt: number): number {
    for (let length = firstLook; ; length *= 4) {
      const from = Math.max(nameAt - length, 0);
      const found = this.#bytes.slice(from, nameAt).lastIndexOf("\n\n");
      if (found >= 0) return from + found + 2;
      if (from === 0 || length >= mostStanza) return from;
    }
  }

  #endOf(nameAt: number, from: number): number {
    for (let length = firstLook; ; length *= 4) {
      const to = nameAt + length;
      const found = this.#bytes.slice(nameAt, to).indexOf("\n\n");
      if (found >= 0) return Math.min(nameAt + found, from + mostStanza);
      if (to >= this.#bytes.size || length >= mostStanza) return Math.min(to, from + mostStanza);
    }
  }
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) & 0x3fffffff;
  return hash;
}

function nameIn(stanza: string, at: number): string {
  const end = stanza.indexOf("\n", at);
  return stanza.slice(at, end < 0 ? stanza.length : end).trim();
}
