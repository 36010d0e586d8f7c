import { statSync } from "node:fs";
import { type Event, operation } from "../../proto/events.ts";
import { bootMicroseconds, realtimeOffset } from "../kernel/clock.ts";
import type { KernelEvent } from "../kernel/events.ts";
import { markDirectory } from "../kernel/fanotify.ts";
import type { FileNotice } from "../kernel/fanotify-parse.ts";
import { close, O_DIRECTORY, open } from "../kernel/libc.ts";
import { ConfigurationProbe } from "../probe/configuration/probe.ts";
import { Finder } from "../probe/file/finder.ts";
import { OtherMounts } from "../probe/file/mounts.ts";
import { FileProbe } from "../probe/file/probe.ts";
import type { DirectoryNode } from "../probe/file/tree.ts";
import { Twin } from "../probe/file/twin.ts";
import { WatchProbe } from "../probe/file/watch.ts";
import { WrittenFiles } from "../probe/file/written.ts";
import { ImageProbe, isSquashfs } from "../probe/image/probe.ts";
import { PackageProbe } from "../probe/package/probe.ts";
import { Adoption } from "../probe/process/adoption.ts";
import { attribute, opensToExecute, type Writer } from "../probe/process/attribution.ts";
import { ProcessProbe } from "../probe/process/probe.ts";
import { Programs } from "../probe/process/programs.ts";
import { Redactor } from "../probe/process/redact.ts";
import { seed } from "../probe/process/seed.ts";
import { ProcessTable } from "../probe/process/table.ts";
import { StageProbe } from "../probe/stage.ts";
import { RecordingWriter } from "../spool/writer.ts";
import type { DrainTarget } from "./drain.ts";
import { hostFacts } from "./host.ts";
import { Losses } from "./losses.ts";
import type { Outcome, Start } from "./protocol.ts";

/** Version of the recording's format. */
const format = 1;

/** One recorder's part of a recording: the probes, what they share, and the writer that they end in. */
export class Session implements DrainTarget {
  readonly writer: RecordingWriter;
  readonly losses: Losses;
  readonly #table = new ProcessTable();
  readonly #processes: ProcessProbe;
  readonly #programs: Programs;
  readonly #adoption: Adoption;
  readonly #finder: Finder;
  readonly #files: FileProbe;
  /** Where writing is told of in a queue of its own. */
  readonly #written: WrittenFiles | undefined;
  readonly #packages: PackageProbe;
  readonly #configuration: ConfigurationProbe;
  readonly #image: ImageProbe;
  readonly #stages: StageProbe;
  readonly #watch: WatchProbe | undefined;
  readonly #mounts: OtherMounts;
  #offset = realtimeOffset();
  /** Called when the build that `attach` waits for has ended. */
  onEnded: (status: number, signal: number) => void = () => {};

  /** @param version of Isotrace. */
  constructor(start: Start, version: string) {
    this.writer = new RecordingWriter(start.recording);
    const redactor = new Redactor(start.redact);
    const emit = (event: Event) => {
      if (event.kind === "exec") event.argv = redactor.redact(event.argv);
      this.writer.add(event);
    };
    this.losses = new Losses(emit);
    const loss = (what: string, detail: string, count = 1) => this.losses.add(what, detail, count);
    this.#writeSegment(start, version, redactor);

    const build = new Twin(start.directory, start.fds.upper);
    const finder = new Finder(build, start.own, {
      emit,
      loss,
      number: (process) => this.#processes.number(process),
      mark: start.files === "directories" ? marker(start.fds.fanotify) : undefined,
      // Handles of overlayfs, which takes no mark on the file system, cannot be opened; what is watched has none.
      hasHandles: start.files === "filesystem" || start.files === "upper",
    });
    this.#finder = finder;
    this.#programs = new Programs(start.fds.fanotify, start.programDevices);
    this.#adoption = new Adoption(start.directory, start.supervisor);
    const root = statSync("/");
    this.#processes = new ProcessProbe(
      this.#table,
      { device: root.dev, inode: root.ino },
      {
        emit,
        loss,
        tells: (event) => this.#programs.tells(event),
        onExec: (process) => this.#adoption.onExec(process),
        onExit: (process, status, signal) => {
          if (this.#adoption.isWholeBuild(process)) this.onEnded(status, signal);
        },
        directoryNumber: (path) => finder.numberOf(path),
      },
    );
    const number = this.#processes.number.bind(this.#processes);
    const openNode = (node: DirectoryNode) => finder.open(node);
    this.#packages = new PackageProbe({ emit, loss, number, openRoot: openNode, now: () => this.now() });
    this.#configuration = new ConfigurationProbe({
      emit,
      loss,
      open: () => finder.open(finder.tree.root),
      now: () => this.now(),
    });
    this.#image = new ImageProbe({
      emit,
      loss,
      number,
      open: openNode,
      nodeAt: (path) => finder.nodeAt(path),
      child: (directory, name) => finder.tree.child(directory, name),
      roots: () => this.#systemRoots(),
      buildDirectory: Buffer.from(start.directory),
      time: () => this.now(),
    });
    this.#mounts = new OtherMounts(start.directory);
    this.#stages = new StageProbe(start.directory, { emit, loss });
    const notice = (directory: DirectoryNode, name: string, operations: number, writer: Writer) => {
      if (directory.role !== undefined || name.endsWith(".dsc")) {
        this.#packages.notice(directory, name, operations, writer);
      }
      this.#configuration.notice(directory, name, operations);
      const isWrittenOrMoved = (operations & (operation.write | operation.rename)) !== 0;
      if (isWrittenOrMoved && (directory.id === 1 || isSquashfs(name))) {
        this.#image.notice(directory, name, operations, writer);
      }
    };
    const writer = (pid: number, from: number, to: number) => attribute(this.#table, pid, from, to);
    if (start.files === "watch") {
      const nobody: Writer = { process: undefined, epoch: 0, uncertain: true };
      this.#watch = new WatchProbe(start.directory, start.own, finder.tree, {
        emit,
        loss,
        now: () => this.now(),
        notice: (directory, name, operations) => notice(directory, name, operations, nobody),
      });
    }
    const files = new FileProbe(finder.tree, finder, { emit, number, writer, notice }, finder.own);
    this.#files = files;
    if (start.files === "upper")
      this.#written = new WrittenFiles(build, (event, from, to) => files.handle(event, from, to));
  }

  /** Takes stock of what is there already: processes, then directories. Events that come meanwhile wait in the kernel. */
  takeStock(): void {
    seed(this.#table);
    for (const each of this.#table.living()) this.#adoption.take(each, process.pid);
    if (this.#adoption.isRunning(this.#table.living()))
      this.losses.add("attach", "the build was running already: what it did before is not recorded");
    if (this.#watch === undefined) this.#finder.scan(this.now());
    this.#configuration.look();
  }

  process(event: KernelEvent): void {
    this.#processes.handle(event);
  }

  file(notice: FileNotice, from: number, to: number): boolean {
    return (this.#written ?? this.#files).handle(notice, from, to);
  }

  written(bits: number, fd: number, pid: number, from: number, to: number): void {
    if (this.#written !== undefined) this.#written.add(bits, fd, pid, from, to);
    else this.#files.written(fd, pid, from, to);
  }

  opensToExecute({ pid, name, target }: FileNotice, from: number, to: number): void {
    opensToExecute(this.#table, pid, name || this.#programs.nameOf(target), from, to);
  }

  settleWritten(): void {
    this.#written?.settle();
  }

  understoodUntil(time: number): void {
    // A process that ended before can still close files for a moment: a second is more than it takes.
    this.#table.forget(time - 1e6);
  }

  loss(what: string, detail: string, count = 1): void {
    this.losses.add(what, detail, count);
  }

  /** Microseconds of CLOCK_BOOTTIME. */
  now(): number {
    return Math.floor(bootMicroseconds());
  }

  /** Notices file systems that were mounted. */
  checkMounts(): void {
    for (const { point, type } of this.#mounts.appeared())
      this.losses.add("file system", `${type} mounted at ${point}: what is written there is not recorded`);
  }

  /** Notices a clock that was set. */
  checkClock(): void {
    const offset = realtimeOffset();
    if (Math.abs(offset - this.#offset) < 1000) return;
    this.#offset = offset;
    this.writer.add({ kind: "clock", time: this.now(), offset });
  }

  /** The build has ended and its events are in: what remains is the state that it left. */
  async finish(outcome: Outcome): Promise<void> {
    this.#configuration.settle();
    await this.#packages.settle();
    await this.#image.finish(outcome);
  }

  async close(): Promise<void> {
    this.#configuration.close();
    await this.#packages.close();
    await this.#stages.close();
    await this.#watch?.close();
    this.#mounts.close();
    this.#finder.close();
  }

  #systemRoots(): DirectoryNode[] {
    const roots = new Set<DirectoryNode>();
    for (const node of this.#finder.tree.nodes()) if (node.role?.kind === "dpkg") roots.add(node.role.root);
    return [...roots];
  }

  #writeSegment(start: Start, version: string, redactor: Redactor): void {
    const time = this.now();
    this.writer.add({
      kind: "segment",
      time,
      format,
      recorder: start.recorder,
      build: start.build,
      isotrace: version,
      started: time + this.#offset,
      offset: this.#offset,
      directory: Buffer.from(start.directory),
      command: wordsOf(redactor.redact(Buffer.from(start.command.map((word) => `${word}\0`).join("")))),
      workingDirectory: Buffer.from(start.workingDirectory),
      environment: start.environment,
      umask: start.umask,
      host: hostFacts(start.directory),
      coverage: start.coverage,
      gap: start.gap,
      gapFrom: this.writer.continuedFrom,
    });
  }
}

function wordsOf(argv: Uint8Array): Buffer[] {
  const words = Buffer.from(argv).toString("latin1").split("\0").slice(0, -1);
  return words.map((word) => Buffer.from(word, "latin1"));
}

function marker(group: number): (path: Uint8Array) => void {
  return (path) => {
    const directory = open(path, O_DIRECTORY);
    try {
      markDirectory(group, directory);
    } finally {
      close(directory);
    }
  };
}
