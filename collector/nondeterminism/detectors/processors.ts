import type { Detector } from "../detector.ts";
import { isText } from "../values/text.ts";
import { asked } from "./needs.ts";
import { Places } from "./place.ts";
import { directPrograms } from "./programs.ts";

/** Bytes of a text in which the number of processors is looked for: it is in settings, not in long texts. */
const longest = 16 << 10;
const most = 10;

/** They ask how many threads they may start, and write the same with any number. */
const forThreads = /^(?:dpkg(?:-deb)?|apt(?:-get)?|tar|xz|zstd|sort|java|mksquashfs)$/;
/** What a number counts if such a word stands before it. */
const counted =
  /(?:(?<![a-z])(?:n?proc(?:essor)?s?|n?cpus?|cores?|threads?|jobs|workers?|parallel(?:ism)?)(?![a-z])|-j)[^\n\d]{0,12}$/i;
const cpuinfo = /^(?:model name|cpu MHz|bogomips|processor)\s*: /m;

/** The number of processors, or what `/proc/cpuinfo` says of them, written by somebody who asked for that. */
export const processors: Detector = {
  name: "processors",
  *examine(subject, { cpus }) {
    const { content } = subject;
    if (content === undefined || content.length > longest || !isText(content)) return;
    const programs = directPrograms(subject);
    const isByName = programs.some(({ name }) => /^(?:nproc|getconf|lscpu)$/.test(name));
    const isAsked = asked(subject, ["sched_getaffinity", "/proc/cpuinfo"]);
    if (!isByName && (!isAsked || programs.some(({ name }) => forThreads.test(name)))) return;
    const text = content.toString("latin1");
    const places = new Places(subject, content);
    const found = cpuinfo.exec(text);
    if (found !== null) {
      const place = places.at(found.index, found[0].length, "of /proc/cpuinfo");
      yield {
        source: "cpu",
        confidence: "high",
        reason: "it holds what the kernel says of the processors",
        place,
      };
    }
    let count = 0;
    for (const match of text.matchAll(new RegExp(`(?<=^|[^\\w.]|\\s-j)${cpus}(?![\\w.])`, "g"))) {
      const isAlone = text.trim().length === match[0].length;
      const isCounted = counted.test(text.slice(Math.max(match.index - 40, 0), match.index));
      if (!isAlone && !isCounted && !isByName) continue;
      const place = places.at(match.index, match[0].length, "the number of processors");
      const confidence = isByName || isAlone ? "high" : "medium";
      yield {
        source: "cpu",
        confidence,
        reason: "a number that was asked for is that of the processors",
        place,
      };
      if (++count >= most) return;
    }
  },
};
