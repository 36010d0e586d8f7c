import { basename } from "../../story/names.ts";
import type { Detector } from "../detector.ts";
import type { Observation } from "../finding.ts";
import type { Subject } from "../subject.ts";
import { isText } from "../values/text.ts";
import { Places } from "./place.ts";

/** Bytes of a text that are looked at: numbers of processes stand in small files, and at the beginning of logs. */
const longest = 64 << 10;
const most = 20;
/** A smaller number counts anything. */
const fewest = 100;

/** Numbers of the processes that wrote a file, in its name or where a text says that it has one. */
export const processIds: Detector = {
  name: "process numbers",
  *examine(subject) {
    const pids = pidsOf(subject);
    if (pids.size === 0) return;
    if (subject.within.length === 0) {
      for (const digits of basename(subject.path).match(/(?<!\d)\d{3,7}(?!\d)/g) ?? []) {
        if (!pids.has(digits)) continue;
        yield {
          source: "process-id",
          confidence: "medium",
          reason: "its name has a writer's process number",
          place: undefined,
        };
      }
    }
    yield* inText(subject, pids);
  },
};

/** What can stand before a number that is one of a process: `pid=`, `PID: `, `[`, or nothing in the whole file. */
const labelled = /(?:\bp?pid\b["']?\s{0,3}[:=]?\s{0,3}["']?|\bprocess\s{1,3}|\w\[)$/i;

function* inText(subject: Subject, pids: ReadonlySet<string>): Generator<Observation> {
  const { content, path } = subject;
  if (content === undefined || !isText(content)) return;
  const text = content.toString("latin1", 0, longest);
  const places = new Places(subject, content);
  const isAlone = /^\s*\d+\s*$/.test(text) && (content.length <= 12 || /\.pid$/.test(path));
  let count = 0;
  for (const { 0: digits, index } of text.matchAll(/(?<![\d.])\d{3,7}(?![\d.])/g)) {
    if (!pids.has(digits)) continue;
    if (!isAlone && !labelled.test(text.slice(Math.max(index - 20, 0), index))) continue;
    const place = places.at(index, digits.length, "the number of a process that wrote it");
    const confidence = isAlone && !/\.pid$/.test(path) ? "medium" : "high";
    yield { source: "process-id", confidence, reason: "a text has a writer's process number", place };
    if (++count >= most) return;
  }
}

/** Of the writers and what they ran, and of their shells: `$$` is in what a shell's children write. */
function pidsOf({ family }: Subject): Set<string> {
  const pids = new Set<string>();
  for (const { pid, parentPid, role } of family) {
    if (role === "before") continue;
    for (const each of [pid, parentPid]) if (each >= fewest) pids.add(String(each));
  }
  return pids;
}
