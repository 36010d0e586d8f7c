import { containerOf } from "../containers/containers.ts";
import type { Detector } from "../detector.ts";
import type { Observation } from "../finding.ts";
import type { Confidence } from "../source.ts";
import type { Subject } from "../subject.ts";
import { isText } from "../values/text.ts";
import { type Token, tokensIn } from "../values/tokens.ts";
import { type Draws, drawsOf } from "./draws.ts";
import { Places } from "./place.ts";
import { directPrograms, programsOf } from "./programs.ts";
import { reasonFor } from "./uuids.ts";

/** Bits from which on a token is one if random bytes were surely drawn, and if they may have been for something else. */
const fewestBits = { sure: 32, likely: 64 };
const certainBits = 64;

/** Words that look random in what somebody wrote who drew random bytes: keys, salts, names. */
export const randomTokens: Detector = {
  name: "random tokens",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined || !isText(content) || containerOf(content) !== undefined) return;
    const draws = drawsOf(subject, facts);
    const places = new Places(subject, content);
    yield* temporaryNames(subject, content, places);
    if (draws !== "sure" && draws !== "likely") return;
    for (const { offset, length, form, bits } of tokensOf(subject, content, draws)) {
      const place = places.at(offset, length, `${form}, ${bits} bits`);
      yield {
        source: "randomness",
        confidence: confidenceOf(draws, bits),
        reason: reasonFor("a token that looks random", draws),
        place,
      };
    }
    yield* ofSmall(subject, content, draws, places);
  },
};

function confidenceOf(draws: Draws, bits: number): Confidence {
  if (draws !== "sure") return "low";
  return bits >= certainBits ? "high" : "medium";
}

/** Where it is not sure that random bytes were drawn for this: a long list of tokens is one of digests. */
const mostLikely = 4;

function tokensOf(subject: Subject, content: Buffer, draws: "sure" | "likely"): Token[] {
  const tokens = [...tokensIn(content, fewestBits[draws])];
  if (draws === "sure") return tokens;
  if (tokens.length > mostLikely || madeByDigest(subject)) return [];
  return tokens.filter((token) => !isLikeDigest(token));
}

/** Digits of MD5, SHA-1 and SHA-2. */
const digestLengths: readonly number[] = [32, 40, 56, 64, 96, 128];

function isLikeDigest({ form, length }: Token): boolean {
  return form === "hexadecimal" && digestLengths.includes(length);
}

function madeByDigest(subject: Subject): boolean {
  return programsOf(subject).some(({ name }) => /^(?:(?:md5|sha\d+|b2)sum|cksum|shasum)$/.test(name));
}

const mostNames = 20;

/** Names of temporary files (mktemp(1)), in what somebody wrote who had asked for one. */
function* temporaryNames(subject: Subject, content: Buffer, places: Places): Generator<Observation> {
  if (!programsOf(subject).some(({ name }) => /^(?:mktemp|tempfile)$/.test(name))) return;
  let count = 0;
  for (const { 0: name, index } of content.toString("latin1").matchAll(/\btmp\.[A-Za-z0-9]{6,16}\b/g)) {
    const place = places.at(index, name.length, "name of a temporary file");
    const reason = "it holds the name of a temporary file, which is drawn at random";
    yield { source: "randomness", confidence: "high", reason, place };
    if (++count >= mostNames) return;
  }
}

const smallest = 256;
/** Programs whose output is random for the most part, whatever it looks like. */
const drawers =
  /^(?:shuf|uuidgen|mcookie|pwgen|apg|openssl|gpg|dbus-uuidgen|od|hexdump|xxd|rand|head|dd|tr)$/;
const numbers = /^(?:[A-Za-z_]{1,20}[=:])?[\s\da-fx.,:;]+$/;

/** A small file of numbers from who drew random bytes itself: `od -An -N8 /dev/urandom`, `shuf -i 1-100000 -n 1`. */
function* ofSmall(subject: Subject, content: Buffer, draws: Draws, places: Places): Generator<Observation> {
  if (draws !== "sure" || content.length > smallest) return;
  if (!directPrograms(subject).some(({ name }) => drawers.test(name))) return;
  const text = content.toString("latin1");
  const digits = text.match(/[0-9a-f]/g)?.length ?? 0;
  if (digits < 3 || !numbers.test(text)) return;
  yield {
    source: "randomness",
    confidence: "medium",
    reason: "it holds numbers, and who wrote it drew random bytes",
    place: places.at(0, content.length, "numbers"),
  };
}
