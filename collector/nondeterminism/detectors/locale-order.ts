import type { Detector } from "../detector.ts";
import { isText } from "../values/text.ts";
import { directPrograms } from "./programs.ts";
import { fewestEntries, isSorted } from "./sorted.ts";

const mostLines = 5000;
const names = ["LC_ALL", "LC_COLLATE", "LANG"];

/** Lists that were sorted as the writer's locale sorts: another locale gives another order. */
export const localeOrder: Detector = {
  name: "order of the locale",
  *examine(subject) {
    const { content, variables } = subject;
    const locale = names.map((name) => variables.get(name) ?? "").find((value) => value !== "") ?? "C";
    if (content === undefined || /^(?:C|POSIX)(?:\.|$)/.test(locale) || !isText(content)) return;
    if (!directPrograms(subject).some(({ name }) => /^(?:sort|ls|comm|join)$/.test(name))) return;
    const lines = content.toString("latin1").split("\n", mostLines);
    const items = lines.filter((line) => line !== "");
    if (items.length < fewestEntries || !isSorted(items) || isInByteOrder(items)) return;
    yield {
      source: "locale",
      confidence: "medium",
      reason:
        "it is a list that is sorted, but not by its bytes, and who wrote it had a locale that is not C",
      place: undefined,
    };
  },
};

function isInByteOrder(items: readonly string[]): boolean {
  return items.every((item, i) => i === 0 || items[i - 1]! <= item);
}
