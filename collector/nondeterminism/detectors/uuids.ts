import { containerOf } from "../containers/containers.ts";
import type { Detector } from "../detector.ts";
import type { Confidence } from "../source.ts";
import { valuesIn, windowOf } from "../values/values.ts";
import { isoOf } from "../values/window.ts";
import { type Draws, drawsOf } from "./draws.ts";
import { Places } from "./place.ts";

const confidences: Record<Draws, Confidence | undefined> = {
  sure: "high",
  likely: "medium",
  unknown: "low",
  // It was copied, or written as it is: the next build has the same.
  none: undefined,
};

/** UUIDs made by the build: of a time within it, or random by somebody who drew random bytes. */
export const uuids: Detector = {
  name: "UUIDs",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined || containerOf(content) !== undefined) return;
    const places = new Places(subject, content);
    const confidence = confidences[drawsOf(subject, facts)];
    for (const match of valuesIn(content, facts)) {
      if (match.kind !== "uuid") continue;
      const { offset, length, version, time } = match;
      if (time !== undefined) {
        if (!windowOf(facts).has(time, 1000)) continue;
        const place = places.at(offset, length, `${isoOf(time, 1000)}, UUID of version ${version}`);
        yield {
          source: "timestamp",
          confidence: "high",
          reason: "a UUID is of a time within the build's",
          place,
        };
      } else if (confidence !== undefined) {
        const place = places.at(offset, length, "UUID of version 4, random");
        yield {
          source: "randomness",
          confidence,
          reason: reasonFor("a random UUID", drawsOf(subject, facts)),
          place,
        };
      }
    }
  },
};

/** Why something that looks random is. */
export function reasonFor(what: string, draws: Draws): string {
  switch (draws) {
    case "sure":
      return `it holds ${what}, and who wrote it drew random bytes`;
    case "likely":
      return `it holds ${what}, and random bytes were drawn near it`;
    default:
      return `it holds ${what}`;
  }
}
