import type { Need } from "../../proto/events.ts";
import type { Build } from "../model/build.ts";
import { type Command, commandOf, lastEpoch, type Process, parentOf } from "../model/process.ts";
import { basename } from "../story/names.ts";
import type { Writer } from "../story/writers.ts";

/**
 * How a process took part in a file: it wrote it; it ran beside the writer, as in a pipeline; the writer started it, as
 * for `$(uuidgen)`; the writer's shell had run it just before, as for a variable that goes into a here-document.
 */
export type Role = "writer" | "beside" | "child" | "before";

export interface Relative {
  readonly role: Role;
  readonly pid: number;
  /** 0 if it is not known. */
  readonly parentPid: number;
  /** Indexes in the build's table of processes; the parent's is 0 if it is not known. */
  readonly process: number;
  readonly parent: number;
  /** Microseconds of CLOCK_BOOTTIME; the end is infinity if it was not seen. */
  readonly start: number;
  readonly end: number;
  readonly command: Command | undefined;
  /** What it asked of its environment, in that epoch. */
  readonly needs: readonly Need[];
}

/** Writers, and relatives of all of them, that are looked at: a log has thousands. */
const mostWriters = 8;
const mostRelatives = 40;
/** Of the processes that a shell began, how many before the write are looked through. */
const mostSteps = 200;
/** A child that ended longer before had another purpose. Microseconds. */
const justBefore = 1_000_000;
const deepest = 3;

/** Those who took part in what the writers of a file wrote: first the writers, the newest before others. */
export function familyOf(build: Build, writers: readonly Writer[]): Relative[] {
  const family = new Map<string, Relative>();
  const wrote = writers.filter(isOfContent).slice(0, mostWriters);
  for (const { process, epoch } of wrote) {
    const writer = build.processes.all[process];
    if (writer !== undefined) add(build, family, "writer", writer, epoch);
  }
  for (const { process, epoch, time } of wrote) {
    const writer = build.processes.all[process];
    if (writer === undefined) continue;
    // Events of files are read some milliseconds late.
    const to = Math.min(time, writer.end ?? time);
    // Others do not take what their children print, as dpkg does not what maintainer scripts do.
    if (isInterpreter(commandOf(writer, epoch))) {
      addChildren(build, family, "child", { parent: writer, epoch, from: to - justBefore, to }, 0);
    }
    addSiblings(build, family, writer, to);
  }
  return [...family.values()];
}

function isOfContent({ operation }: Writer): boolean {
  return /write|create|copy/.test(operation);
}

interface Period {
  readonly parent: Process;
  readonly epoch: number;
  /** Microseconds of CLOCK_BOOTTIME. */
  readonly from: number;
  readonly to: number;
}

const interpreters =
  /^(?:sh|dash|bash|ksh|mksh|zsh|busybox|perl|python|ruby|php|lua|tclsh|make|[gm]?awk|node)[\d.]*$/;
/** They run what stands in their arguments. */
const wrappers = /^(?:env|sudo|timeout|nice|setpriv|runuser|su|chroot|xargs)$/;

function isInterpreter(command: Command | undefined): boolean {
  return interpreters.test(basename(command?.executable ?? ""));
}

/** What it runs is what its parent asked for: a subshell, `sh -c`, and wrappers. */
function isTransparent({ commands }: Process): boolean {
  const command = commands.at(-1);
  if (command === undefined) return true;
  return (isInterpreter(command) && command.argv[1] === "-c") || wrappers.test(basename(command.executable));
}

/** The children that ran within a period, and what they were asked to run. */
function addChildren(
  build: Build,
  family: Map<string, Relative>,
  role: Role,
  period: Period,
  depth: number,
): void {
  for (const child of childrenWithin(build, period)) {
    if (family.size >= mostRelatives) return;
    const last = lastEpoch(child);
    add(build, family, role, child, last);
    if (depth >= deepest || !isTransparent(child)) continue;
    addChildren(build, family, role, { ...period, parent: child, epoch: last }, depth + 1);
  }
}

function addSiblings(build: Build, family: Map<string, Relative>, writer: Process, time: number): void {
  const { parent, epoch } = parentOf(writer);
  // Others make no pipelines, and have no variables that go into here-documents.
  if (parent === undefined || !isInterpreter(commandOf(parent, epoch))) return;
  const start = writer.start / 1000;
  for (const sibling of childrenWithin(build, { parent, epoch, from: start - justBefore, to: time })) {
    if (family.size >= mostRelatives) return;
    if (sibling === writer) continue;
    const role = (sibling.end ?? Number.POSITIVE_INFINITY) >= start ? "beside" : "before";
    const last = lastEpoch(sibling);
    add(build, family, role, sibling, last);
    if (!isTransparent(sibling)) continue;
    addChildren(build, family, role, { parent: sibling, epoch: last, from: start - justBefore, to: time }, 1);
  }
}

function add(build: Build, family: Map<string, Relative>, role: Role, process: Process, epoch: number): void {
  const key = `${process.index}:${epoch}`;
  if (family.has(key)) return;
  const { parent } = parentOf(process);
  family.set(key, {
    role,
    pid: process.pid,
    parentPid: parent?.pid ?? 0,
    process: process.index,
    parent: parent?.index ?? 0,
    start: process.start / 1000,
    end: process.end ?? Number.POSITIVE_INFINITY,
    command: commandOf(process, epoch),
    needs: build.needsOf(process.index, epoch),
  });
}

/** The children of an epoch that ran at some time within a period, newest first. */
function* childrenWithin(build: Build, { parent, epoch, from, to }: Period): Generator<Process> {
  const children = childrenOf(build).get(parent) ?? [];
  let at = firstAfter(children, to);
  for (let steps = 0; at > 0 && steps < mostSteps; steps++) {
    const child = children[--at]!;
    if (parentOf(child).epoch !== epoch || (child.end ?? to) < from) continue;
    yield child;
  }
}

/** The index of the first child that began after a time. */
function firstAfter(children: readonly Process[], time: number): number {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (children[middle]!.start / 1000 <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

const known = new WeakMap<Build, ReadonlyMap<Process, Process[]>>();

/** The children of every process in the order in which they began. */
function childrenOf(build: Build): ReadonlyMap<Process, Process[]> {
  const before = known.get(build);
  if (before !== undefined) return before;
  const children = new Map<Process, Process[]>();
  for (const process of build.processes.all) {
    const { parent } = process === undefined ? { parent: undefined } : parentOf(process);
    if (process === undefined || parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [process]);
    else siblings.push(process);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.start - b.start);
  known.set(build, children);
  return children;
}
