import type { Facts } from "../facts.ts";
import { addAddresses } from "./addresses.ts";
import { addBinaryTimes } from "./binary-times.ts";
import { addCalendarTimes } from "./calendar-times.ts";
import { addDecimalTimes } from "./decimal-times.ts";
import { addFactValues } from "./fact-values.ts";
import { addHexTimes } from "./hex-times.ts";
import type { Match } from "./match.ts";
import { PairScanner } from "./pair-scanner.ts";
import { isText } from "./text.ts";
import { addUuids } from "./uuids.ts";
import { Window } from "./window.ts";

/** What of this build may stand in a content, in ascending order and without overlaps. Chance is judged by who asks. */
export function valuesIn(content: Buffer, facts: Facts): readonly Match[] {
  const known = found.get(content);
  if (known?.facts === facts) return known.matches;
  const { text, binary } = scannersOf(facts);
  const matches = withoutOverlaps((isText(content) ? text : binary).scan(content));
  found.set(content, { facts, matches });
  return matches;
}

/** The window of a build's times. */
export function windowOf(facts: Facts): Window {
  return scannersOf(facts).window;
}

interface Scanners {
  readonly window: Window;
  readonly text: PairScanner;
  readonly binary: PairScanner;
}

const found = new WeakMap<Buffer, { readonly facts: Facts; readonly matches: readonly Match[] }>();
const scanners = new WeakMap<Facts, Scanners>();

function scannersOf(facts: Facts): Scanners {
  const known = scanners.get(facts);
  if (known !== undefined) return known;
  const window = new Window(facts);
  const [text, binary] = [new PairScanner(), new PairScanner()];
  for (const scanner of [text, binary]) {
    addDecimalTimes(scanner, window);
    addCalendarTimes(scanner, window);
    addUuids(scanner);
    addAddresses(scanner);
    addFactValues(scanner, facts);
  }
  addHexTimes(text, window);
  addBinaryTimes(binary, window);
  const made = { window, text, binary };
  scanners.set(facts, made);
  return made;
}

/** Of matches of one kind that share bytes the longer one: a date is a part of its time. */
function withoutOverlaps(matches: Match[]): Match[] {
  matches.sort((a, b) => a.offset - b.offset || b.length - a.length);
  const kept: Match[] = [];
  const ends = new Map<string, Match>();
  for (const match of matches) {
    const before = ends.get(match.kind);
    if (before !== undefined && match.offset < before.offset + before.length) {
      if (match.length <= before.length) continue;
      kept.splice(kept.lastIndexOf(before), 1);
    }
    kept.push(match);
    ends.set(match.kind, match);
  }
  return kept;
}
