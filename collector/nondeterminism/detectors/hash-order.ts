import { basename } from "../../story/names.ts";
import type { Detector } from "../detector.ts";
import { isText } from "../values/text.ts";
import { Places } from "./place.ts";
import { isSorted } from "./sorted.ts";

/** Bytes of a file of settings that are looked at. */
const longest = 64 << 10;
const section = /^\[[^\]\n]{1,200}\]\s*$/;
const setting = /^([^\s=#;[][^=]{0,200}?)\s{0,4}=/;
/** Three are in ascending or descending order once in three times by chance. */
const fewestSettings = 3;

/**
 * Settings in no order that perl wrote, without saying so on its command line: its hashes are in another order in
 * every process (perlsec), as in /etc/perl/XML/SAX/ParserDetails.ini (#993444). A guess: an author can have an order.
 */
export const hashOrder: Detector = {
  name: "order of hashes",
  *examine(subject) {
    const { content, family } = subject;
    if (content === undefined || content.length > longest || !isText(content)) return;
    if (!/^perl/.test(basename(family[0]?.command?.executable ?? ""))) return;
    const run = unsortedRun(content.toString("latin1").split("\n"));
    if (run === undefined) return;
    yield {
      source: "ordering",
      confidence: "low",
      reason:
        "its settings are in no order, and perl, which wrote them, has its hashes in another one each time",
      place: new Places(subject, content).at(run.offset, run.length, "settings in no order"),
    };
  },
};

/** The first section whose settings are in no order. */
function unsortedRun(lines: readonly string[]): { offset: number; length: number } | undefined {
  let names: string[] = [];
  let [offset, start, isInSection] = [0, 0, false];
  for (const line of [...lines, ""]) {
    const name = isInSection ? setting.exec(line)?.[1] : undefined;
    if (name !== undefined) {
      if (names.push(name) === 1) start = offset;
    } else {
      if (isUnsorted(names)) return { offset: start, length: offset - start };
      names = [];
      isInSection = section.test(line) || (isInSection && line === "" && names.length === 0);
    }
    offset += line.length + 1;
  }
  return undefined;
}

function isUnsorted(names: readonly string[]): boolean {
  return names.length >= fewestSettings && new Set(names).size === names.length && !isSorted(names);
}
