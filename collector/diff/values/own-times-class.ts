import type { TimeMatch } from "../../nondeterminism/values/match.ts";
import { valuesIn } from "../../nondeterminism/values/values.ts";
import { isoOf } from "../../nondeterminism/values/window.ts";
import type { Piece, TextClass, Verdict } from "./text-class.ts";

interface TimePiece extends Piece {
  readonly match: TimeMatch;
}

/** Times within those of each build, in whatever form. */
export const ownTimesClass: TextClass = {
  name: "times of the builds",
  *find(text, { facts }): Generator<TimePiece> {
    for (const match of valuesIn(Buffer.from(text, "latin1"), facts)) {
      if (match.kind !== "time") continue;
      const end = match.offset + match.length;
      yield { start: match.offset, end, text: text.slice(match.offset, end), match };
    }
  },
  judge: (a, b) => timesOfBuilds((a as TimePiece).match, (b as TimePiece).match),
};

/** What it means that a time of each build stands at one place. */
export function timesOfBuilds(a: TimeMatch, b: TimeMatch): Verdict | undefined {
  if (a.encoding !== b.encoding) return undefined;
  const [one, other] = [isoOf(a.time, a.resolution), isoOf(b.time, b.resolution)];
  return {
    source: "timestamp",
    confidence: "high",
    reason: "it is a time of the build",
    meaning: `${one} and ${other}, ${a.encoding}`,
  };
}
