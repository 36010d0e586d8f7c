import { bracket } from "./bracket.ts";
import { anyCharacter, character, type Node, NotAPattern } from "./node.ts";

/** RE_DUP_MAX of regex(7). */
const mostRepeats = 255;
const mostDepth = 100;

/** Takes an extended regular expression of POSIX (regex(7)) apart. @throws NotAPattern */
export function parseRegex(text: string): Node {
  const parser = new Parser(text);
  const node = parser.choice(0);
  if (!parser.isAtEnd) throw new NotAPattern("a parenthesis is closed that was not opened");
  return node;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  choice(depth: number): Node {
    if (depth > mostDepth) throw new NotAPattern("parentheses are nested too deeply");
    const nodes = [this.#sequence(depth)];
    while (this.#take("|")) nodes.push(this.#sequence(depth));
    return nodes.length === 1 ? nodes[0]! : { kind: "choice", nodes };
  }

  #sequence(depth: number): Node {
    const nodes: Node[] = [];
    while (!this.isAtEnd && this.#peek() !== "|" && !(depth > 0 && this.#peek() === ")")) {
      const { node, isAnchor } = this.#atom(depth, nodes.length === 0);
      nodes.push(isAnchor ? node : this.#repeated(node));
    }
    return { kind: "sequence", nodes };
  }

  #atom(depth: number, isFirst: boolean): { node: Node; isAnchor: boolean } {
    const next = this.#peek()!;
    if (next === "[") {
      const found = bracket(this.#text, this.#at, "regex");
      if (found === undefined) throw new NotAPattern("a bracket does not end");
      this.#at = found.end;
      return { node: found.node, isAnchor: false };
    }
    this.#at++;
    switch (next) {
      case "(": {
        const node = this.choice(depth + 1);
        if (!this.#take(")")) throw new NotAPattern("a parenthesis does not end");
        return { node, isAnchor: false };
      }
      case ")":
        // Alone it is a character (regex(7)); glibc refuses it.
        throw new NotAPattern("a parenthesis is closed that was not opened");
      case "^":
        return { node: { kind: "begin" }, isAnchor: true };
      case "$":
        return { node: { kind: "end" }, isAnchor: true };
      case ".":
        return { node: anyCharacter, isAnchor: false };
      case "\\":
        return { node: this.#escaped(), isAnchor: false };
      case "*":
      case "+":
      case "?":
        if (!isFirst) throw new NotAPattern("it repeats what cannot be repeated");
        return { node: character(next), isAnchor: false };
      default:
        return { node: character(next), isAnchor: false };
    }
  }

  #escaped(): Node {
    const next = this.#text[this.#at++];
    if (next === undefined) throw new NotAPattern("it ends with a backslash");
    const isWord = (code: number) => /\w/.test(String.fromCharCode(code));
    const isSpace = (code: number) => /\s/.test(String.fromCharCode(code));
    switch (next) {
      case "w":
        return { kind: "set", has: isWord };
      case "W":
        return { kind: "set", has: (code) => !isWord(code) };
      case "s":
        return { kind: "set", has: isSpace };
      case "S":
        return { kind: "set", has: (code) => !isSpace(code) };
      default:
        if (/[1-9bB<>`']/.test(next)) throw new NotAPattern(`\\${next} is not understood here`);
        return character(next);
    }
  }

  #repeated(atom: Node): Node {
    let node = atom;
    for (;;) {
      const bounds = this.#bounds();
      if (bounds === undefined) return node;
      node = { kind: "repeat", node, ...bounds };
    }
  }

  #bounds(): { least: number; most: number } | undefined {
    if (this.#take("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { least: 0, most: 1 };
    const found = /^\{(\d{1,3})(,(\d{0,3}))?\}/.exec(this.#text.slice(this.#at, this.#at + 9));
    if (found === null) return undefined;
    this.#at += found[0].length;
    const least = Number(found[1]);
    const most =
      found[2] === undefined ? least : found[3] === "" ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (least > mostRepeats || most < least || (most !== Number.POSITIVE_INFINITY && most > mostRepeats))
      throw new NotAPattern("it repeats too often");
    return { least, most };
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}
