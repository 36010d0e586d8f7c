import { basename } from "../../story/names.ts";
import type { Writer } from "../../story/writers.ts";
import type { Detector } from "../detector.ts";
import type { Facts } from "../facts.ts";
import { windowOf } from "../values/values.ts";
import { day, isoOf, second } from "../values/window.ts";

/**
 * The time of modification in the image's metadata: of the build, where nobody has set it to SOURCE_DATE_EPOCH.
 * mksquashfs and live-build take that for what is later, so that of what is seen here little is certain.
 */
export const fileTimes: Detector = {
  name: "file times",
  *examine({ entry, writers }, facts) {
    if (entry === undefined) return;
    const isRelative = entry.mtime !== facts.epoch && writers.some(isTouchedRelatively);
    if (!isRelative && !isOfBuild(entry.mtime, facts)) return;
    yield {
      source: "file-metadata",
      confidence: isRelative ? "high" : "low",
      reason: isRelative
        ? "its time of modification was set to one that counts from now"
        : "its time of modification is of the build",
      place: {
        within: [],
        offset: 0,
        line: undefined,
        bytes: "",
        meaning: `${isoOf(entry.mtime * second, second)}, time of modification`,
      },
    };
  },
};

/** Within the build's time; or on its day, and before an epoch that is later: that is not clamped. */
function isOfBuild(mtime: number, facts: Facts): boolean {
  const window = windowOf(facts);
  const time = mtime * second;
  if (window.has(time, second)) return true;
  const { epoch } = facts;
  const isOfDay = time >= Math.floor(window.from / day) * day && time <= window.to;
  return epoch !== undefined && mtime < epoch && isOfDay;
}

/** `touch -d '2 days ago'` (touch(1), date input formats in coreutils' manual). */
function isTouchedRelatively({ operation, story }: Writer): boolean {
  const [command] = story.chain;
  if (command === undefined || !/attributes/.test(operation) || basename(command.executable) !== "touch")
    return false;
  return command.argv.some((word) => relative.test(word.slice(0, 200)));
}

const relative =
  /\b(?:ago|yesterday|tomorrow|today|now|next|last)\b|[+-]\d{1,9} ?(?:sec|min|hour|day|week|month|year)/i;
