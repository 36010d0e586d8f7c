import { type Event, type FileEvent, operation } from "../../../proto/events.ts";
import { mask } from "../../kernel/fanotify.ts";
import type { FileNotice } from "../../kernel/fanotify-parse.ts";
import { attributeOutput, type Writer } from "../process/attribution.ts";
import type { Incarnation } from "../process/incarnation.ts";
import { ContentWriters } from "./content-writers.ts";
import type { Place } from "./finder.ts";
import { Graveyard } from "./graveyard.ts";
import { objectOf } from "./object.ts";
import type { DirectoryNode, DirectoryTree } from "./tree.ts";

export interface FileProbeOutput {
  emit(event: Event): void;
  /** The number of a process in the recording. */
  number(process: Incarnation): number;
  /** Who had a pid when an event happened, after `from` and before `to` (CLOCK_BOOTTIME, µs). */
  writer(pid: number, from: number, to: number): Writer;
  /** A file below the build directory was touched: by its directory as it is now. `write` is told when it is closed. */
  notice(directory: DirectoryNode, name: string, operations: number, writer: Writer): void;
}

/** What the probe asks of the file system, when the events alone do not say it. */
export interface DirectoryFinder {
  /** Adds a directory that no event told of, if it lies below the build directory. */
  find(key: string): DirectoryNode | undefined;
  /** A directory was made, or found: where marks are set on each directory, it gets its own now. */
  made(node: DirectoryNode, time: number, writer: Writer): void;
  /** Where an open file is; undefined if that is not below the build directory. */
  placeOf(fd: number, time: number, writer: Writer): Place | undefined;
  /** Records what is in a directory that came from elsewhere. */
  takeIn(node: DirectoryNode, time: number, writer: Writer): void;
}

/** A file event but for who did it, and what. */
type What = Omit<FileEvent, "kind" | "process" | "epoch" | "operations">;

/** Turns fanotify's events into those of the recording, and keeps the directory tree in step with them. */
export class FileProbe {
  readonly #tree: DirectoryTree;
  readonly #finder: DirectoryFinder;
  readonly #out: FileProbeOutput;
  /** Handles of the directories that Isotrace writes to. */
  readonly #own: ReadonlySet<string>;
  readonly #removed = new Graveyard();
  readonly #contentWriters = new ContentWriters();

  constructor(
    tree: DirectoryTree,
    finder: DirectoryFinder,
    out: FileProbeOutput,
    ownDirectories: ReadonlySet<string>,
  ) {
    this.#tree = tree;
    this.#finder = finder;
    this.#out = out;
    this.#own = ownDirectories;
  }

  /** @returns true if the event concerns the build directory. */
  handle(notice: FileNotice, from: number, to: number): boolean {
    let operations = operationsOf(notice.mask);
    if (operations === 0 || (operations === operation.write && this.#contentWriters.isMoreOfTheSame(notice)))
      return false;
    let directory = this.#directory(notice.directory);
    let { name } = notice;
    if (name === "." && directory !== undefined) {
      // An event on a directory itself names it so (fanotify(7)): say it as for any other entry.
      name = directory.name;
      directory = directory.parent ?? directory;
    }
    const target = (operations & operation.rename) !== 0 ? this.#directory(notice.newDirectory) : undefined;
    if (directory === undefined && target === undefined) return false;
    const actor = this.#out.writer(notice.pid, from, to);
    // What was also removed, in one event, is gone: nobody asks who wrote it, and the removal must stay last.
    const writer =
      (operations & operation.delete) !== 0 ? actor : this.#contentWriters.of(notice, actor, from, to);
    if (actor.process?.own === true) operations &= operation.write;
    if (operations === 0 || writer.process?.own === true) return false;
    const time = Math.floor(to);
    let child: DirectoryNode | undefined;
    let isFromOutside = directory === undefined;
    if ((operations & operation.directory) !== 0) {
      // Also one that came in within another, and was moved on before that was read.
      isFromOutside ||= this.#tree.get(notice.target) === undefined && (operations & operation.rename) !== 0;
      child = this.#directoryChange(notice, operations, directory, target, time);
      if ((operations & operation.rename) !== 0 && (directory === undefined || target === undefined)) {
        operations |= operation.crossing;
      }
    }
    const what = {
      time,
      directory: directory?.id ?? 0,
      name,
      newDirectory: target?.id ?? 0,
      newName: notice.newName,
      child: child?.id ?? 0,
      object: notice.target === "" ? 0 : objectOf(notice.target),
    };
    const others = isSame(actor, writer) ? 0 : operations & ~operation.write;
    if (others !== 0) this.#tell(what, actor, others);
    this.#tell(what, writer, operations & ~others);
    // What is still being written is of no use to a reader yet.
    const noticed = (notice.mask & mask.closeWrite) === 0 ? operations & ~operation.write : operations;
    if (directory !== undefined) this.#out.notice(directory, name, noticed, writer);
    if (target !== undefined) this.#out.notice(target, notice.newName, noticed | operation.create, writer);
    if (child !== undefined && (operations & (operation.create | operation.rename)) !== 0) {
      if (isFromOutside) this.#finder.takeIn(child, time, writer);
      else this.#finder.made(child, time, writer);
    }
    return true;
  }

  /** A file was closed after writing, told by its open descriptor: where directories have marks of their own. */
  written(fd: number, pid: number, from: number, to: number): void {
    const actor = this.#out.writer(pid, from, to);
    if (actor.process?.own === true) return;
    const time = Math.floor(to);
    const place = this.#finder.placeOf(fd, time, actor);
    if (place === undefined) return;
    const writer = attributeOutput(actor, place.key, to);
    const { directory, name, key } = place;
    const what = {
      time,
      directory: directory.id,
      name,
      newDirectory: 0,
      newName: "",
      child: 0,
      object: objectOf(key),
    };
    this.#tell(what, writer, operation.write);
    this.#out.notice(directory, name, operation.write, writer);
  }

  // Each field by its name: this is done for every event, and a spread costs as much as all the rest of it.
  #tell(what: What, by: Writer, operations: number): void {
    this.#out.emit({
      kind: "file",
      time: what.time,
      process: by.process === undefined ? 0 : this.#out.number(by.process),
      epoch: by.epoch,
      operations: operations | (by.uncertain ? operation.uncertain : 0),
      directory: what.directory,
      name: what.name,
      newDirectory: what.newDirectory,
      newName: what.newName,
      child: what.child,
      object: what.object,
    });
  }

  #directory(key: string): DirectoryNode | undefined {
    if (this.#own.has(key)) return undefined;
    return this.#tree.get(key) ?? this.#removed.get(key) ?? this.#finder.find(key);
  }

  #directoryChange(
    notice: FileNotice,
    operations: number,
    directory: DirectoryNode | undefined,
    target: DirectoryNode | undefined,
    time: number,
  ): DirectoryNode | undefined {
    const { target: key } = notice;
    if (key === "" || this.#own.has(key)) return undefined;
    if ((operations & operation.rename) !== 0) {
      if (target === undefined) {
        const known = this.#tree.get(key);
        if (known !== undefined) this.#tree.move(known, undefined, notice.name);
        return known;
      }
      const { node, isNew } = this.#tree.add(key, target, notice.newName);
      // Where it was is what the reader of the recording must know first: the rename itself comes next.
      if (isNew) this.#define(node, directory ?? target, directory ? notice.name : notice.newName, time);
      return node;
    }
    let node = this.#tree.get(key) ?? this.#removed.get(key);
    if ((operations & operation.create) !== 0 && directory !== undefined && node === undefined) {
      node = this.#tree.add(key, directory, notice.name).node;
    }
    if ((operations & operation.delete) !== 0 && node !== undefined) {
      this.#tree.remove(node);
      // The kernel can merge "made" and "removed" into one event, ahead of what happened inside in between.
      this.#removed.add(node);
    }
    return node;
  }

  #define(node: DirectoryNode, parent: DirectoryNode, name: string, time: number): void {
    this.#out.emit({
      kind: "directory",
      time,
      id: node.id,
      parent: parent.id,
      name,
      object: objectOf(node.key),
    });
  }
}

function operationsOf(bits: number): number {
  let operations = 0;
  if ((bits & mask.create) !== 0) operations |= operation.create;
  if ((bits & (mask.closeWrite | mask.modify)) !== 0) operations |= operation.write;
  if ((bits & mask.attrib) !== 0) operations |= operation.attributes;
  if ((bits & mask.delete) !== 0) operations |= operation.delete;
  if ((bits & mask.rename) !== 0) operations |= operation.rename;
  if (operations !== 0 && (bits & mask.onDirectory) !== 0) operations |= operation.directory;
  return operations;
}

function isSame(a: Writer, b: Writer): boolean {
  return a.process === b.process && a.epoch === b.epoch;
}
