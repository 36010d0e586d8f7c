import { type Node, NotAPattern } from "./node.ts";

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the class
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[A-Za-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Za-z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/**
 * A bracket expression (regex(7), glob(7)), without regard to case, in the C locale.
 *
 * @param at where its `[` is.
 * @param of in a glob, `!` negates, too, and a backslash takes the meaning from the next character.
 * @returns undefined if it does not end.
 */
export function bracket(
  text: string,
  at: number,
  of: "regex" | "glob",
): { node: Node; end: number } | undefined {
  let i = at + 1;
  const isNegated = text[i] === "^" || (of === "glob" && text[i] === "!");
  if (isNegated) i++;
  const first = i;
  const tests: ((text: string) => boolean)[] = [];
  for (; i < text.length && (text[i] !== "]" || i === first); ) {
    const named = /^\[([:=.])(.+?)\1\]/.exec(text.slice(i, i + 20));
    if (named?.[1] === ":") {
      const known = classes[named[2]!];
      if (known === undefined) throw new NotAPattern(`there are no characters called ${named[2]}`);
      tests.push((each) => known.test(each));
      i += named[0].length;
      continue;
    }
    const from = one(text, i, of);
    i = from.end;
    if (text[i] === "-" && text[i + 1] !== "]" && i + 1 < text.length) {
      const to = one(text, i + 1, of);
      i = to.end;
      if (to.character < from.character) throw new NotAPattern("a range ends before it begins");
      tests.push((each) => each >= from.character && each <= to.character);
    } else tests.push((each) => each === from.character);
  }
  if (i >= text.length) return undefined;
  const has = (code: number) => {
    const each = String.fromCharCode(code);
    return tests.some((test) => test(each.toLowerCase()) || test(each.toUpperCase())) !== isNegated;
  };
  return { node: { kind: "set", has }, end: i + 1 };
}

function one(text: string, at: number, of: "regex" | "glob"): { character: string; end: number } {
  const named = /^\[([=.])(.)\1\]/.exec(text.slice(at, at + 5));
  if (named !== null) return { character: named[2]!, end: at + named[0].length };
  const start = of === "glob" && text[at] === "\\" && at + 1 < text.length ? at + 1 : at;
  return { character: text[start]!, end: start + 1 };
}
