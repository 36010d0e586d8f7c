import { basename } from "../../story/names.ts";
import type { Detector } from "../detector.ts";
import type { Facts } from "../facts.ts";
import type { Observation, Place } from "../finding.ts";
import type { Subject } from "../subject.ts";
import type { Match } from "../values/match.ts";
import { valuesIn, windowOf } from "../values/values.ts";
import { day } from "../values/window.ts";
import { drawsOf } from "./draws.ts";
import { programsOf } from "./programs.ts";

/** Names of files, and targets of links, that have a time, a random part or a name of the build's machine in them. */
export const names: Detector = {
  name: "names",
  *examine(subject, facts) {
    const { entry, path, within } = subject;
    if (within.length > 0 || entry === undefined || entry.package !== "") return;
    yield* ofText(subject, facts, path, "name");
    if (entry.type === "symlink") yield* ofText(subject, facts, entry.target, "target");
    const random = randomPart(basename(path));
    if (random === undefined || !programsOf(subject).some(({ name }) => isTemporary(name))) return;
    const reason = "it has the name of a temporary file";
    yield { source: "randomness", confidence: "medium", reason, place: placeOf(random, "in the name") };
  },
};

function* ofText(
  subject: Subject,
  facts: Facts,
  text: string,
  what: "name" | "target",
): Generator<Observation> {
  for (const match of valuesIn(Buffer.from(text, "latin1"), facts)) {
    const judged = judge(subject, facts, match);
    if (judged === undefined) continue;
    const { source, confidence, has } = judged;
    const bytes = text.slice(match.offset, match.offset + match.length);
    yield { source, confidence, reason: `its ${what} has ${has}`, place: placeOf(bytes, `in the ${what}`) };
  }
}

interface Judged extends Pick<Observation, "source" | "confidence"> {
  readonly has: string;
}

/** Undefined if it is as likely to be in the next build's. */
function judge(subject: Subject, facts: Facts, match: Match): Judged | undefined {
  switch (match.kind) {
    case "time": {
      if (match.form !== "text") return undefined;
      const confidence = match.resolution < day ? "high" : "medium";
      return { source: "timestamp", confidence, has: "a time within the build's" };
    }
    case "uuid": {
      const { time } = match;
      if (time === undefined) {
        const isDrawn = /^(?:sure|likely)$/.test(drawsOf(subject, facts));
        return isDrawn ? { source: "randomness", confidence: "high", has: "a random UUID" } : undefined;
      }
      if (!windowOf(facts).has(time, 1000)) return undefined;
      return { source: "timestamp", confidence: "high", has: "a UUID of a time within the build's" };
    }
    case "fact": {
      if (match.fact === "directory") {
        return { source: "build-path", confidence: "high", has: "the build directory" };
      }
      if (match.fact !== "kernel" || facts.isKernelInImage) return undefined;
      return { source: "kernel", confidence: "high", has: "the running kernel's release" };
    }
    case "address":
      return undefined;
    default:
      return match satisfies never;
  }
}

function placeOf(bytes: string, meaning: string): Place {
  return { within: [], offset: 0, line: undefined, bytes: bytes.slice(0, 64), meaning };
}

/** What mktemp(1) and sed -i put into names: six to ten letters and digits that are no word. */
function randomPart(name: string): string | undefined {
  const [, part] = /^(?:tmp|sed|\.?[\w-]{1,40})?[.-]?([A-Za-z0-9]{6,12})$/.exec(name) ?? [];
  if (part === undefined || !/[a-z]/.test(part) || !/[A-Z]/.test(part)) return undefined;
  return /\d/.test(part) || /[a-z][A-Z].*[a-z][A-Z]/.test(part) ? part : undefined;
}

function isTemporary(program: string): boolean {
  return /^(?:mktemp|tempfile|sed|perl|python[\d.]*)$/.test(program);
}
