import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A paragraph of a Packages or Sources file, byte for byte. All strings are byte strings (latin1). */
export class Stanza {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The value of a field of one line, empty if there is none. */
  field(name: string): string {
    return (this.#find(name) ?? "").split("\n", 1)[0]!.trim();
  }

  /** The lines of a field of several, without the first and the blanks around them. */
  lines(name: string): string[] {
    const lines = this.#find(name)?.split("\n").slice(1) ?? [];
    return lines.map((line) => line.trim()).filter(Boolean);
  }

  #find(name: string): string | undefined {
    const head = `\n${name}:`.toLowerCase();
    const whole = `\n${this.text}`;
    const at = whole.indexOf(`\n${name}:`);
    const start = at >= 0 ? at : whole.toLowerCase().indexOf(head);
    if (start < 0) return undefined;
    const rest = whole.slice(start + head.length);
    const end = /\n(?![ \t])/.exec(rest);
    return end === null ? rest : rest.slice(0, end.index);
  }
}

/** The paragraphs of a compressed indices file. @throws if it cannot be read. */
export function readStanzas(path: string): Stanza[] {
  return stanzasOf(gunzipSync(readFileSync(path)).toString("latin1"));
}

export function stanzasOf(text: string): Stanza[] {
  return text
    .split(/\n\n+/)
    .map((each) => each.replace(/^\n+|\n+$/g, ""))
    .filter((each) => each !== "")
    .map((each) => new Stanza(each));
}
