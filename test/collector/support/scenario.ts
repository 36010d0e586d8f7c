import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Build } from "../../../collector/model/build.ts";
import { readBuild } from "../../../collector/model/read-build.ts";
import { EventEncoder } from "../../../proto/encoder.ts";
import {
  type EntryEvent,
  type Event,
  type ExecEvent,
  type FileEvent,
  type ImageEvent,
  operation,
  type PackageEvent,
  type SegmentEvent,
} from "../../../proto/events.ts";
import { encodeBlock, fileMagic } from "../../../proto/recording.ts";

/** Who does something: a process in an epoch. */
export interface By {
  readonly process: number;
  readonly epoch: number;
}
export const nobody: By = { process: 0, epoch: 0 };

interface Node {
  readonly object: number;
  /** Number of a directory; 0 for a file. */
  readonly directory: number;
}

/** CLOCK_REALTIME minus CLOCK_BOOTTIME in scenarios: 2024-01-01, microseconds. */
export const offset = 1_704_067_200_000_000;
const step = 1000;

/**
 * A build played on a file system that is a map of paths, and recorded as the agent would: every operation appends
 * the events that the kernel and the recorder make of it. Times advance by a millisecond an event.
 */
export class Scenario {
  readonly events: Event[] = [];
  readonly paths = new Map<string, Node>([["", { object: 1, directory: 1 }]]);
  time = 1_000_000;
  #objects = 1;
  #directories = 1;
  #processes = 0;
  #images = 0;

  constructor(segment: Partial<SegmentEvent> = {}) {
    this.segment(segment);
  }

  segment(facts: Partial<SegmentEvent> = {}): void {
    this.#add({
      kind: "segment",
      time: this.time,
      format: 1,
      recorder: 0,
      build: "test-build",
      isotrace: "0.1.0",
      started: this.time + offset,
      offset,
      directory: Buffer.from("/build"),
      command: ["lb", "build"].map((word) => Buffer.from(word)),
      workingDirectory: Buffer.from("/build"),
      environment: [],
      umask: 18,
      host: {
        name: "",
        kernel: "",
        kernelVersion: "",
        machine: "",
        cpus: 2,
        cpuModel: "",
        timezone: "",
        user: "",
        filesystem: "",
      },
      coverage: [{ probe: "files", state: "full", because: "" }],
      gap: "",
      gapFrom: 0,
      ...facts,
    });
  }

  /** A new recorder: everything gets other numbers, and what is there is found again. */
  restart(gap = "killed"): void {
    this.segment({ recorder: 1, gap, gapFrom: this.time });
    this.#processes = 0;
    this.#directories = 1;
    for (const [path, node] of [...this.paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (path === "") continue;
      const [parent, name] = this.#split(path);
      if (node.directory === 0) {
        this.#file(nobody, operation.found, { directory: parent.directory, name, object: node.object });
        continue;
      }
      const id = ++this.#directories;
      this.paths.set(path, { ...node, directory: id });
      this.#add({
        kind: "directory",
        time: this.time,
        id,
        parent: parent.directory,
        name,
        object: node.object,
      });
    }
  }

  /** A fork of `parent` (none: the build's command), before it calls exec. */
  fork(parent: By = nobody, facts: { pid?: number; start?: number; outside?: boolean } = {}): By {
    const id = ++this.#processes;
    const { pid = id + 100, start = this.time * 1000, outside = false } = facts;
    const { process, epoch: parentEpoch } = parent;
    this.#add({ kind: "process", time: this.time, id, pid, start, parent: process, parentEpoch, outside });
    return { process: id, epoch: 0 };
  }

  exec(by: By, argv: string[], facts: Partial<ExecEvent> = {}): By {
    const text = argv.join("\0");
    const epoch = by.epoch + 1;
    this.#add({
      kind: "exec",
      time: this.time,
      process: by.process,
      epoch,
      argv: Buffer.from(text, "latin1"),
      argvLength: text.length,
      filename: Buffer.from(argv[0]!),
      executable: Buffer.from(argv[0]!),
      workingDirectory: Buffer.from("/build"),
      uid: 0,
      root: 0,
      environment: [],
      restored: false,
      cut: false,
      ...facts,
    });
    return { process: by.process, epoch };
  }

  /** A child that runs `argv`; a script's interpreter is put before it, as the kernel does. */
  run(parent: By, argv: string[], facts: Partial<ExecEvent> & { interpreter?: string } = {}): By {
    const { interpreter, ...rest } = facts;
    const words = interpreter === undefined ? argv : [interpreter, ...argv];
    return this.exec(this.fork(parent), words, {
      filename: Buffer.from(argv[0]!),
      executable: Buffer.from(interpreter ?? argv[0]!),
      ...rest,
    });
  }

  /** A script of live-build, as `lb NAME` execs it. */
  lb(parent: By, name: string, ...args: string[]): By {
    return this.run(parent, [`/usr/lib/live/build/${name}`, ...args], { interpreter: "/bin/sh" });
  }

  root(id: number, path: string): number {
    const directory = this.paths.get(path)!.directory;
    this.#add({ kind: "root", time: this.time, id, directory, path: Buffer.from(`/build/${path}`) });
    return id;
  }

  mkdir(by: By, path: string): void {
    const [parent, name] = this.#split(path);
    const node = { object: ++this.#objects, directory: ++this.#directories };
    this.paths.set(path, node);
    this.#file(by, operation.create | operation.directory, {
      directory: parent.directory,
      name,
      child: node.directory,
      object: node.object,
    });
  }

  mkdirs(by: By, path: string): void {
    const names = path.split("/");
    for (let i = 1; i <= names.length; i++) {
      const each = names.slice(0, i).join("/");
      if (!this.paths.has(each)) this.mkdir(by, each);
    }
  }

  create(by: By, path: string, more: number = operation.write): void {
    const [parent, name] = this.#split(path);
    const object = ++this.#objects;
    this.paths.set(path, { object, directory: 0 });
    this.#file(by, operation.create | more, { directory: parent.directory, name, object });
  }

  write(by: By, path: string, operations: number = operation.write): void {
    const [parent, name] = this.#split(path);
    const { object } = this.paths.get(path)!;
    this.#file(by, operations, { directory: parent.directory, name, object });
  }

  link(by: By, path: string, to: string): void {
    const node = this.paths.get(path)!;
    const [parent, name] = this.#split(to);
    this.paths.set(to, node);
    this.#file(by, operation.create, { directory: parent.directory, name, object: node.object });
  }

  remove(by: By, path: string): void {
    const [parent, name] = this.#split(path);
    const node = this.paths.get(path)!;
    this.paths.delete(path);
    const flags = node.directory === 0 ? 0 : operation.directory;
    this.#file(by, operation.delete | flags, {
      directory: parent.directory,
      name,
      child: node.directory,
      object: node.object,
    });
  }

  /** `rm -rf`. */
  removeAll(by: By, path: string): void {
    const below = [...this.paths.keys()].filter((each) => each === path || each.startsWith(`${path}/`));
    for (const each of below.sort().reverse()) this.remove(by, each);
  }

  rename(by: By, path: string, to: string): void {
    const [from, name] = this.#split(path);
    const [target, newName] = this.#split(to);
    const node = this.paths.get(path)!;
    for (const [each, moved] of [...this.paths]) {
      if (each !== path && !each.startsWith(`${path}/`)) continue;
      this.paths.delete(each);
      this.paths.set(to + each.slice(path.length), moved);
    }
    this.#file(by, operation.rename | (node.directory === 0 ? 0 : operation.directory), {
      directory: from.directory,
      name,
      newDirectory: target.directory,
      newName,
      child: node.directory,
      object: node.object,
    });
  }

  /** What the agent does not see happen, since no recorder runs. */
  unseen(change: (paths: Map<string, Node>, newObject: () => number) => void): void {
    change(this.paths, () => ++this.#objects);
  }

  package(facts: Partial<PackageEvent>): void {
    this.#add({
      kind: "package",
      time: this.time,
      root: 0,
      action: "install",
      name: "",
      version: "",
      architecture: "amd64",
      oldVersion: "",
      uri: "",
      uriUnknown: "",
      size: 0,
      sha256: "",
      source: "",
      sourceVersion: "",
      origins: [],
      evidence: "",
      logged: "",
      priority: "",
      essential: false,
      preDepends: "",
      depends: "",
      recommends: "",
      provides: "",
      process: 0,
      epoch: 0,
      ...facts,
    });
  }

  beginImage(of: ImageEvent["of"], path: string, packer: By = nobody): number {
    const id = ++this.#images;
    const directory = this.paths.get(path)?.directory ?? 0;
    const { process, epoch } = packer;
    this.#image({ id, of, state: "begin", directory, path: Buffer.from(path), packer: process, epoch });
    return id;
  }

  entry(image: number, path: string, facts: Partial<EntryEvent> = {}): void {
    this.#add({
      kind: "entry",
      time: this.time,
      image,
      path: Buffer.from(path, "latin1"),
      type: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 0,
      mtimeNanoseconds: 0,
      size: 0,
      links: 1,
      inode: 1,
      target: Buffer.alloc(0),
      device: 0,
      xattrs: [],
      sha256: Buffer.alloc(32, 7),
      package: "",
      relation: "generated",
      problem: "",
      within: Buffer.alloc(0),
      ...facts,
    });
  }

  endImage(id: number, of: ImageEvent["of"], facts: Partial<ImageEvent> = {}): void {
    const isOwn = (event: Event) => event.kind === "entry" && event.image === id && event.within.length === 0;
    const entries = this.events.filter(isOwn).length;
    this.#image({ id, of, state: "end", entries, ...facts });
  }

  output(text: string): void {
    this.#add({ kind: "output", time: this.time, data: Buffer.from(text, "latin1"), stream: 1 });
  }

  end(outcome: "ended" | "failed" | "interrupted" = "ended", status = 0): void {
    this.#add({ kind: "end", time: this.time, status, signal: 0, outcome, counts: [] });
  }

  add(event: Event): void {
    this.#add(event);
  }

  directory(path: string): number {
    return this.paths.get(path)!.directory;
  }

  /** Writes the recording into a new directory that goes with the test. @returns the recording's path. */
  save(eventsPerBlock = 50): string {
    const directory = mkdtempSync(join(tmpdir(), "isotrace-collector-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, "recording.isotrace");
    writeFileSync(path, encodeRecording(this.events, eventsPerBlock));
    return path;
  }

  read(eventsPerBlock?: number): Build {
    return readBuild(this.save(eventsPerBlock));
  }

  #image(facts: Partial<ImageEvent> & Pick<ImageEvent, "id" | "of" | "state">): void {
    this.#add({
      kind: "image",
      time: this.time,
      directory: 0,
      path: Buffer.alloc(0),
      because: "",
      packer: 0,
      epoch: 0,
      size: 0,
      sha256: Buffer.alloc(0),
      entries: 0,
      ...facts,
    });
  }

  #file(by: By, operations: number, facts: Partial<FileEvent>): void {
    this.#add({
      kind: "file",
      time: this.time,
      ...by,
      operations,
      directory: 0,
      name: "",
      newDirectory: 0,
      newName: "",
      child: 0,
      object: 0,
      ...facts,
    });
  }

  #add(event: Event): void {
    this.events.push(event);
    this.time += step;
  }

  #split(path: string): [parent: Node, name: string] {
    const at = path.lastIndexOf("/");
    return [this.paths.get(path.slice(0, Math.max(at, 0)))!, path.slice(at + 1)];
  }
}

export function encodeRecording(events: readonly Event[], eventsPerBlock: number): Buffer {
  const blocks: Buffer[] = [fileMagic];
  for (let i = 0; i < events.length; i += eventsPerBlock) {
    const encoder = new EventEncoder();
    for (const event of events.slice(i, i + eventsPerBlock)) encoder.add(event);
    blocks.push(encodeBlock(encoder, blocks.length - 1));
  }
  return Buffer.concat(blocks);
}
