import { containerOf } from "../containers/containers.ts";
import type { Detector } from "../detector.ts";
import { isText } from "../values/text.ts";
import { valuesIn } from "../values/values.ts";
import { Places } from "./place.ts";

/** Addresses of a process's memory, as of an object that is printed: they differ with address space randomisation. */
export const addresses: Detector = {
  name: "addresses",
  *examine(subject, facts) {
    const { content } = subject;
    if (content === undefined || !isText(content) || containerOf(content) !== undefined) return;
    const places = new Places(subject, content);
    for (const match of valuesIn(content, facts)) {
      if (match.kind !== "address") continue;
      const place = places.at(match.offset, match.length, "an address of a process");
      yield {
        source: "uninitialised-memory",
        confidence: "medium",
        reason: "a text has a process's address",
        place,
      };
    }
  },
};
