import { operation } from "../../proto/events.ts";
import type { Build } from "../model/build.ts";
import type { PathHistory } from "../model/frozen.ts";
import { mark, type Operation } from "../model/operations.ts";
import type { Stories, Story } from "./story.ts";
import type { PackageName } from "./versions.ts";

/** What one command did to one path. */
export interface Writer {
  /** Microseconds of CLOCK_BOOTTIME, of the last thing it did to it. */
  readonly time: number;
  /** Index of the process; 0 if the writer is not known. */
  readonly process: number;
  readonly epoch: number;
  /** `create, write, rename`: in the order in which it did them. */
  readonly operation: string;
  readonly story: Story;
  readonly package: PackageName | null;
  /** The names that the file had before, or got. */
  readonly names: readonly string[];
  /** It wrote another file, which was replaced or removed. */
  readonly isOfEarlierFile: boolean;
  /** It wrote the file that this one was copied from. */
  readonly isOfOriginal: boolean;
  readonly isUncertain: boolean;
  /** Why there is no process. */
  readonly unknown: "found" | "gap" | "not seen" | undefined;
}

/** Who wrote a path, newest first: the file that is there, and those that were there before. */
export function writersOf(
  build: Build,
  stories: Stories,
  path: string,
  owner: string,
  { history, past }: PathHistory,
): Writer[] {
  const seen = new Set<number>();
  const writers = groupsOf(build, history, seen).map((group) => writerOf(stories, path, owner, group, false));
  for (const earlier of build.pasts.list(past)) {
    for (const group of groupsOf(build, earlier, seen)) {
      writers.push(writerOf(stories, path, owner, group, true));
    }
  }
  return writers.sort((a, b) => b.time - a.time);
}

interface Group {
  readonly operations: Operation[];
  readonly isOfOriginal: boolean;
}

/** Neighbouring operations of one command, newest first; those that `seen` has are left out. */
function groupsOf(build: Build, history: number, seen: Set<number>): Group[] {
  const groups: Group[] = [];
  let isOfOriginal = false;
  for (const each of build.operations.history(history)) {
    if (seen.has(each.index)) break; // two histories that meet are one from there on
    seen.add(each.index);
    const group = groups.at(-1);
    const last = group?.operations.at(-1);
    if (
      last !== undefined &&
      last.process === each.process &&
      last.epoch === each.epoch &&
      each.process !== 0 &&
      ((last.bits ^ each.bits) & operation.uncertain) === 0
    )
      group!.operations.push(each);
    else groups.push({ operations: [each], isOfOriginal });
    isOfOriginal ||= (each.bits & mark.copied) !== 0;
  }
  return groups;
}

function writerOf(
  stories: Stories,
  path: string,
  owner: string,
  group: Group,
  isOfEarlierFile: boolean,
): Writer {
  const newest = group.operations[0]!;
  const { process, epoch, last: time, bits } = newest;
  return {
    time,
    process,
    epoch,
    operation: [...new Set(group.operations.toReversed().flatMap(wordsOf))].join(", "),
    story: stories.of(process, epoch),
    package: stories.packageOf(process, epoch, { path, owner, time }),
    names: otherNames(path, group),
    isOfEarlierFile,
    isOfOriginal: group.isOfOriginal,
    isUncertain: (bits & operation.uncertain) !== 0,
    unknown: process !== 0 ? undefined : unknownOf(bits),
  };
}

/** A hard link's history is that of all its names: the one that is asked for is no other. */
function otherNames(path: string, { operations }: Group): string[] {
  const own = path.slice(path.lastIndexOf("/") + 1);
  const names = operations.flatMap(({ detail }) => (detail === undefined || detail === own ? [] : [detail]));
  return [...new Set(names)];
}

function unknownOf(bits: number): Writer["unknown"] {
  if ((bits & mark.gap) !== 0) return "gap";
  return (bits & operation.found) !== 0 ? "found" : "not seen";
}

function wordsOf({ bits, detail }: Operation): string[] {
  const words: string[] = [];
  if ((bits & operation.found) !== 0) words.push("found");
  if ((bits & operation.create) !== 0) {
    words.push((bits & mark.copied) !== 0 ? "copy" : detail === undefined ? "create" : "link");
  }
  if ((bits & operation.write) !== 0) words.push("write");
  if ((bits & operation.attributes) !== 0) words.push("attributes");
  if ((bits & mark.away) !== 0) words.push("rename away");
  else if ((bits & operation.rename) !== 0) words.push("rename");
  if ((bits & operation.delete) !== 0) words.push("delete");
  return words;
}
