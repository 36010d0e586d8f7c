import { automaton } from "./expression/automaton.ts";
import { parseGlob } from "./expression/glob.ts";
import { type Node, NotAPattern } from "./expression/node.ts";
import { parseRegex } from "./expression/regex.ts";

export type Matches = (text: string) => boolean;

/** Longer than any that a person writes: its automaton stays small. */
const mostCharacters = 500;

/**
 * A pattern as apt_preferences(5) has it, without regard to case: `/REGEX/` is an extended regular expression that may
 * match anywhere, and everything else one of fnmatch(3) that has to match the whole. One that is none matches nothing,
 * as with apt.
 */
export function expression(pattern: string): Matches {
  // Most are plain names: those need no automaton.
  if (/^[\w.+~:-]*$/.test(pattern)) {
    const plain = pattern.toLowerCase();
    return (text) => text.toLowerCase() === plain;
  }
  const isRegex = pattern.length > 1 && pattern.startsWith("/") && pattern.endsWith("/");
  const parse = isRegex ? () => parseRegex(pattern.slice(1, -1)) : () => parseGlob(pattern);
  return attempt(parse, pattern) ?? (() => false);
}

/** An extended regular expression of POSIX, without regard to case; undefined if it is none. */
export function regularExpression(text: string): Matches | undefined {
  return attempt(() => parseRegex(text), text);
}

function attempt(parse: () => Node, pattern: string): Matches | undefined {
  if (pattern.length > mostCharacters) return undefined;
  try {
    return automaton(parse());
  } catch (error) {
    if (error instanceof NotAPattern) return undefined;
    throw error;
  }
}
