import type { Detector } from "../detector.ts";
import type { Subject } from "../subject.ts";
import { isText } from "../values/text.ts";
import { directPrograms, type Program } from "./programs.ts";
import { fewestEntries, isInDirectoryOrder, isSorted } from "./sorted.ts";

/** Lines that are looked at, and the longest. */
const mostLines = 5000;
const longest = 1000;

/** Lists that somebody wrote who reads directories or hashes and does not sort what they give. */
export const listingOrder: Detector = {
  name: "order of lists",
  *examine(subject) {
    const { content } = subject;
    if (content === undefined || !isText(content)) return;
    const cause = causeOf(subject);
    if (cause === undefined) return;
    const items = itemsOf(content, cause);
    if (items === undefined) return;
    const isUnsorted = cause.isOfPaths ? isInDirectoryOrder(items) : !isSorted(items);
    if (!isUnsorted) return;
    yield {
      source: "ordering",
      confidence: cause.isCertain ? "medium" : "low",
      reason: `it is a list in no order, and ${cause.reason}`,
      place: undefined,
    };
  },
};

interface Cause {
  readonly reason: string;
  /** Names and paths, of which those in one directory are compared. */
  readonly isOfPaths: boolean;
  /** The order is surely not the program's own. */
  readonly isCertain: boolean;
}

function causeOf(subject: Subject): Cause | undefined {
  const programs = directPrograms(subject);
  if (programs.some(({ name }) => name === "sort" || name === "uniq")) return undefined;
  for (const program of programs) {
    const cause = ofProgram(program);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function ofProgram({ name, arguments: words }: Program): Cause | undefined {
  const paths = { isOfPaths: true, isCertain: true };
  switch (name) {
    case "find":
    case "fdfind":
      return { ...paths, reason: `${name} lists directories as they are` };
    case "du":
    case "lsattr":
    case "getfattr":
      return { ...paths, reason: `${name} lists directories as they are` };
    case "ls":
      return has(words, /^(?:-[a-zA-Z]*[Uf][a-zA-Z]*|--sort=none)$/)
        ? { ...paths, reason: "ls was told not to sort" }
        : undefined;
    case "grep":
    case "rgrep":
      return name === "rgrep" || has(words, /^(?:-[a-zA-Z]*[rR][a-zA-Z]*|--recursive)$/)
        ? { ...paths, reason: "grep reads directories as they are" }
        : undefined;
    case "shuf":
      return { reason: "shuf orders at random", isOfPaths: false, isCertain: true };
    case "xargs":
    case "parallel":
      return has(words, /^(?:-P(?:0|[2-9]\d*|1\d+)?|--max-procs(?:=(?!1$).*)?)$/) || name === "parallel"
        ? { reason: `${name} runs several commands at once`, isOfPaths: false, isCertain: true }
        : undefined;
    default:
      return ofInterpreter(name, words);
  }
}

/** What a script on the command line says that it does. */
const readsDirectory =
  /\b(?:os\.listdir|os\.scandir|os\.walk|glob\.i?glob|iterdir|readdir|Dir\.(?:glob|entries|each)|opendir)\b/;
const readsHash = /\b(?:keys|values|each)\s*[(%$@]|\bset\(|\bfrozenset\(/;

function ofInterpreter(name: string, words: readonly string[]): Cause | undefined {
  if (!/^(?:python|perl|ruby|lua|php|node)[\d.]*$/.test(name)) return undefined;
  const script = words.join(" ").slice(0, 65_536);
  if (/\bsort(?:ed)?\b/.test(script)) return undefined;
  if (readsDirectory.test(script)) {
    return {
      reason: `${name.replace(/[\d.]+$/, "")} lists directories as they are`,
      isOfPaths: true,
      isCertain: true,
    };
  }
  if (!readsHash.test(script)) return undefined;
  return { reason: "its hashes are in another order in every process", isOfPaths: false, isCertain: true };
}

function has(words: readonly string[], pattern: RegExp): boolean {
  return words.some((word) => pattern.test(word));
}

/** The items of a list: its lines, or the words of a single one. Undefined if it is none, or too short to say. */
function itemsOf(content: Buffer, { isOfPaths }: Cause): string[] | undefined {
  const lines = content
    .toString("latin1")
    .split("\n", mostLines)
    .filter((line) => line !== "");
  const isOneLine = lines.length <= 2;
  const items = isOneLine ? (lines.at(-1) ?? "").split(/[\s,]+/, mostLines) : lines.map(pathOf);
  const distinct = [...new Set(items)];
  if (distinct.length < fewestEntries || distinct.some(({ length }) => length > longest)) return undefined;
  // A command with options, say: of one line all words have to be paths.
  return isOneLine && isOfPaths && distinct.some((word) => !word.includes("/")) ? undefined : distinct;
}

/** Of a line with sizes or matches around it, as of du and grep -r, the path. */
function pathOf(line: string): string {
  const [, path] = /^\d+\s+(\S.*)$/.exec(line) ?? /^(\.{0,2}\/[^:\s]+):/.exec(line) ?? [];
  return path ?? line;
}
