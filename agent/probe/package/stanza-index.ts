const field = Buffer.from("\nPackage: ");
const newline = 0x0a;
/** No stanza of Debian comes near it. */
const mostStanza = 1 << 20;

/** Where the stanzas of each package begin in a list of packages (deb822(5), apt's Packages and Sources files). */
export class StanzaIndex {
  readonly #data: Buffer;
  readonly #places = new Map<string, number | number[]>();

  constructor(data: Buffer) {
    this.#data = data;
    // The first stanza has no newline before it.
    if (data.indexOf(field.subarray(1)) === 0) this.#add(field.length - 1);
    for (let at = data.indexOf(field); at >= 0; at = data.indexOf(field, at + 1))
      this.#add(at + field.length);
  }

  /** Bytes that it holds. */
  get size(): number {
    return this.#data.length;
  }

  /** The stanzas of a package, as byte strings. */
  find(name: string): string[] {
    const places = this.#places.get(name);
    if (places === undefined) return [];
    return (typeof places === "number" ? [places] : places).map((at) => this.#stanzaAt(at));
  }

  #add(nameAt: number): void {
    const end = this.#data.indexOf(newline, nameAt);
    const name = this.#data.toString("latin1", nameAt, end < 0 ? this.#data.length : end).trim();
    const known = this.#places.get(name);
    if (known === undefined) this.#places.set(name, nameAt);
    else if (typeof known === "number") this.#places.set(name, [known, nameAt]);
    else known.push(nameAt);
  }

  #stanzaAt(nameAt: number): string {
    const before = this.#data.lastIndexOf("\n\n", nameAt);
    const from = before < 0 ? 0 : before + 2;
    const after = this.#data.indexOf("\n\n", nameAt);
    const to = Math.min(after < 0 ? this.#data.length : after, from + mostStanza);
    return this.#data.toString("latin1", from, to);
  }
}
