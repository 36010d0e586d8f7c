import type { Context, SideContext } from "../content/context.ts";
import type { Piece, TextClass } from "./text-class.ts";

/** Values that are of the machine, the user or the environment of each build. */
export const factsClass: TextClass = {
  name: "facts",
  find: (text, side, context) => occurrences(text, side, context),
  judge(a, b, { pairs }) {
    const pair = pairs.find((each) => each.a === a.text && each.b === b.text);
    if (pair === undefined) return undefined;
    return {
      source: pair.source,
      confidence: "high",
      reason: `it is the ${pair.what}, which is another in each build`,
      meaning: pair.what,
    };
  },
};

/** Of a text that repeats a value more often, only this many are looked at. */
const mostPieces = 500;

/** The longest value at each place, and only whole words. */
function occurrences(text: string, side: SideContext, context: Context): Piece[] {
  const found: Piece[] = [];
  for (const pair of context.pairs) {
    const value = side === context.a ? pair.a : pair.b;
    for (
      let at = text.indexOf(value);
      at >= 0 && found.length < mostPieces;
      at = text.indexOf(value, at + value.length)
    ) {
      const end = at + value.length;
      const isWord = !isWordCharacter(text[at - 1]) && !isWordCharacter(text[end]);
      const isFree = found.every((other) => end <= other.start || at >= other.end);
      if (isWord && isFree) found.push({ start: at, end, text: value });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9]/.test(character);
}
