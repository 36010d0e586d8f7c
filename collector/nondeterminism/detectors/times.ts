import { containerOf } from "../containers/containers.ts";
import type { Detector } from "../detector.ts";
import type { Facts } from "../facts.ts";
import type { Observation } from "../finding.ts";
import type { Confidence } from "../source.ts";
import type { Subject } from "../subject.ts";
import { entropyOf } from "../values/entropy.ts";
import type { TimeMatch } from "../values/match.ts";
import { isText } from "../values/text.ts";
import { valuesIn, windowOf } from "../values/values.ts";
import { day, isoOf, type Window } from "../values/window.ts";
import { Chance } from "./chance.ts";
import type { TimeField } from "./fields/field.ts";
import { timeFormats } from "./fields/formats.ts";
import { Places } from "./place.ts";

/** Times of one content that are told: of an archive, each of its members has more. */
const mostFields = 256;

/** Times within the build's: where a format has one, and wherever else one stands in an encoding that is in use. */
export const times: Detector = {
  name: "times",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined) return;
    const window = windowOf(facts);
    const places = new Places(subject, content);
    const fields = fieldsOf(subject, content, window);
    for (const { offset, length, time, resolution, meaning, source } of fields) {
      yield {
        source,
        confidence: "high",
        reason: "a time within the build's stands where the format has one",
        place: places.at(offset, length, `${isoOf(time, resolution)}, ${meaning}`),
      };
    }
    // What is in a container is examined when that is opened.
    if (containerOf(content) === undefined) yield* ofMatches(subject, content, facts, fields);
  },
};

function fieldsOf(subject: Subject, content: Buffer, window: Window): TimeField[] {
  const fields: TimeField[] = [];
  for (const format of timeFormats) {
    for (const field of format.fields(content, subject)) {
      const { time, resolution, isLocal } = field;
      const isOfBuild = isLocal
        ? window.zoneOf(time, resolution) !== undefined
        : window.has(time, resolution);
      if (isOfBuild && fields.push(field) >= mostFields) return fields;
    }
  }
  return fields;
}

function* ofMatches(
  subject: Subject,
  content: Buffer,
  facts: Facts,
  fields: readonly TimeField[],
): Generator<Observation> {
  const known = new Set(fields.map(({ offset }) => offset));
  const window = windowOf(facts);
  const places = new Places(subject, content);
  const matches = valuesIn(content, facts).filter((match) => match.kind === "time");
  for (const { match, confidence, reason } of believed(content, matches, isText(content))) {
    const { offset, length, time, resolution, encoding, zone } = match;
    if (known.has(offset)) continue;
    const local = zone === "local" ? ", local time" : "";
    const place = places.at(offset, length, `${isoOf(time, resolution)}, ${encoding}${local}`);
    yield { source: "timestamp", confidence, reason, place };
    if (zone === "local" && window.localOffset !== 0) {
      yield { source: "timezone", confidence: "medium", reason: "it is in the builder's time zone", place };
    }
  }
}

interface Believed {
  readonly match: TimeMatch;
  readonly confidence: Confidence;
  readonly reason: string;
}

/** How many of its kind chance may make of a file: where it is less, a number is surely a time, or likely one. */
const sure = 1e-5;
const likely = 1e-3;
/** Compressed or encrypted data, in bits a byte: a time does not stand in it, however many numbers it has. */
const dense = 7.2;

/** The matches that are not to be taken for chance. In machine code there are any numbers of 32 bits; times in it are texts. */
function* believed(content: Buffer, matches: readonly TimeMatch[], isOfText: boolean): Generator<Believed> {
  const isProgram = isProgramCode(content);
  const numbers = matches.filter(({ odds }) => odds !== undefined);
  const expected = numbers.length === 0 ? new Map<TimeMatch, number>() : expectedOf(content, numbers);
  const limit = numbers.length > 0 && entropyOf(content) > dense ? sure / 10 : likely;
  for (const match of matches) {
    const byChance = expected.get(match);
    if (byChance === undefined) yield { match, ...ofText(match, isOfText) };
    else if (byChance < limit && !(isProgram && match.length < 8)) {
      const confidence = byChance < sure ? "high" : "medium";
      yield { match, confidence, reason: `a number is a time within the build's: ${match.encoding}` };
    }
  }
}

/** How many of each encoding chance makes: of several that are there all have to be. */
function expectedOf(content: Buffer, numbers: readonly TimeMatch[]): Map<TimeMatch, number> {
  const chance = new Chance(content);
  const all = new Map<TimeMatch, number>();
  for (const [, alike] of Map.groupBy(numbers, ({ encoding }) => encoding)) {
    const distinct = new Set(alike.map(({ time }) => time)).size;
    const lowest = Math.min(...alike.map((match) => chance.expected(match)));
    for (const match of alike) all.set(match, lowest ** Math.min(distinct, 3));
  }
  return all;
}

function ofText({ resolution }: TimeMatch, isOfText: boolean): Omit<Believed, "match"> {
  if (resolution < day) return { confidence: "high", reason: "a text has a time within the build's" };
  return { confidence: isOfText ? "medium" : "low", reason: "a text has the day of the build" };
}

/** ELF and PE. */
function isProgramCode(content: Buffer): boolean {
  const start = content.toString("latin1", 0, 4);
  return start === "\x7fELF" || start.startsWith("MZ");
}
