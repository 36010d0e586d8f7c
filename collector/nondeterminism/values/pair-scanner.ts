import type { Match } from "./match.ts";

/** Looks whether a value stands where its pair of bytes was seen. `at` is the offset of the pair. */
export type Probe = (content: Buffer, at: number) => Match | undefined;

/** Matches of one kind and encoding in a file: a log has thousands. */
const mostMatches = 256;

/**
 * Finds many values in one pass: each is asked for only where a pair of bytes stands that it cannot be without, which
 * one look into a table per byte tells.
 */
export class PairScanner {
  readonly #table = new Uint16Array(65536);
  readonly #probes: Probe[][] = [[]];

  add(first: number, second: number, probe: Probe): void {
    const key = (first << 8) | second;
    const known = this.#table[key]!;
    // A list of its own for each pair: the table has 65,535 numbers for as many pairs.
    if (known !== 0) this.#probes[known]!.push(probe);
    else this.#table[key] = this.#probes.push([probe]) - 1;
  }

  /** In ascending order of where their pairs are. */
  scan(content: Buffer): Match[] {
    const table = this.#table;
    const matches: Match[] = [];
    const counts = new Map<string, number>();
    const last = content.length - 1;
    let key = content[0] ?? 0;
    for (let at = 0; at < last; at++) {
      key = ((key & 0xff) << 8) | content[at + 1]!;
      const list = table[key]!;
      if (list !== 0) this.#ask(content, at, list, matches, counts);
    }
    return matches;
  }

  #ask(content: Buffer, at: number, list: number, matches: Match[], counts: Map<string, number>): void {
    for (const probe of this.#probes[list]!) {
      const match = probe(content, at);
      if (match === undefined) continue;
      const kind = match.kind === "time" ? match.encoding : match.kind;
      const count = counts.get(kind) ?? 0;
      if (count >= mostMatches) continue;
      counts.set(kind, count + 1);
      matches.push(match);
    }
  }
}
