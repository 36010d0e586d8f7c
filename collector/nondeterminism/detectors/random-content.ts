import { containerOf } from "../containers/containers.ts";
import type { Detector } from "../detector.ts";
import { looksRandom } from "../values/entropy.ts";
import { isText } from "../values/text.ts";
import { drawsOf } from "./draws.ts";
import { Places } from "./place.ts";

/** What begins compressed data of other kinds, and pictures: no container that is opened, and as dense as random bytes. */
const dense = [
  "\x89PNG",
  "\xff\xd8\xff",
  "GIF8",
  "RIFF",
  "OggS",
  "%PDF",
  "wOF",
  "7z\xbc\xaf",
  "PK",
  "hsqs",
  "MZ",
  "\x7fELF",
];

/** A file of random bytes and nothing else: a seed, a key, a salt. */
export const randomContent: Detector = {
  name: "random content",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined || content.length < 8 || isText(content)) return;
    const draws = drawsOf(subject, facts);
    if (draws !== "sure" || containerOf(content) !== undefined) return;
    if (isDense(content) || !looksRandom(content)) return;
    yield {
      source: "randomness",
      confidence: "high",
      reason: "all of it looks random, and who wrote it drew random bytes",
      place: new Places(subject, content).at(0, content.length, "random bytes"),
    };
  },
};

function isDense(content: Buffer): boolean {
  const start = content.toString("latin1", 0, 8);
  return dense.some((magic) => start.startsWith(magic));
}
