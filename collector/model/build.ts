import type {
  ChangelogEvent,
  ConfigurationEvent,
  ConnectionEvent,
  ContentEvent,
  EndEvent,
  Event,
  EventKind,
  Need,
  NeedsEvent,
  OutputEvent,
  PackageEvent,
  ReleaseEvent,
  SegmentEvent,
} from "../../proto/events.ts";
import { byteString } from "./bytes.ts";
import { Clock } from "./clock.ts";
import { type Causes, Damages } from "./completeness.ts";
import { type Copying, copyingOf, sourceOf } from "./copying.ts";
import { FileTree } from "./file-tree.ts";
import { addEntry, beginImage, finishImage, type Image, standIn } from "./image.ts";
import { type Directory, directoryAt } from "./item.ts";
import { Operations, Pasts } from "./operations.ts";
import { ProcessTable } from "./process.ts";

/** A package event, with what its numbers meant when it was recorded. */
export interface PackageRecord {
  readonly event: PackageEvent;
  /** The system's root directory; undefined if it is not below the build directory. */
  readonly root: Directory | undefined;
  /** Index of the process in the build's table. */
  readonly process: number;
}

export interface ConnectionRecord {
  readonly event: ConnectionEvent;
  readonly process: number;
}

/** Paths that may be kept of all images together: a realistic image has 50,000, and as many that were removed. */
const mostFrozen = 4_000_000;

/** What a recording says of a build. */
export class Build {
  readonly clock = new Clock();
  readonly operations = new Operations();
  readonly pasts = new Pasts();
  readonly processes = new ProcessTable();
  readonly tree: FileTree;
  readonly segments: SegmentEvent[] = [];
  readonly packages: PackageRecord[] = [];
  readonly releases: ReleaseEvent[] = [];
  readonly configurations: ConfigurationEvent[] = [];
  readonly changelogs: ChangelogEvent[] = [];
  /** What processes asked of their environment, by index and epoch. */
  readonly #needs = new Map<string, Need[]>();
  /** By the digest in hexadecimal. */
  readonly contents = new Map<string, ContentEvent>();
  readonly connections: ConnectionRecord[] = [];
  readonly output: OutputEvent[] = [];
  /** In the order in which they were begun. */
  readonly images: Image[] = [];
  readonly counts = new Map<EventKind, number>();
  readonly damages = new Damages();
  end: EndEvent | undefined;
  readonly #systems = new Map<ReleaseEvent | ConfigurationEvent, Directory>();
  readonly #copying = new Map<string, Copying | undefined>();
  #standIn: Image | undefined;
  #lastTime = 0;
  #frozen = 0;

  constructor() {
    this.tree = new FileTree(this.operations, this.pasts, {
      process: (number) => this.processes.indexOf(number),
      copySource: (process, epoch, parent, name) => this.#copySource(process, epoch, parent, name),
    });
  }

  /** When the build began: microseconds of CLOCK_BOOTTIME. */
  get begin(): number {
    return this.segments[0]?.time ?? 0;
  }

  /** The build's id, and the build directory as an absolute byte string. */
  get id(): string {
    return this.segments[0]?.build ?? "";
  }
  get directory(): string {
    const first = this.segments[0];
    return first === undefined ? "" : byteString(first.directory);
  }

  /** Whether the recording has everything that happened; if not, one line for each thing that it lacks. */
  causes(): Causes {
    return this.damages.causes(this);
  }

  /**
   * The image's file system: of several the last that was read. If none was, then live-build's chroot as it was
   * at the end, without entries.
   */
  get image(): Image | undefined {
    const trees = this.images.filter((image) => image.of === "tree");
    const read = trees.filter((image) => image.state === "end");
    // A hook can pack something of its own: the image is a system.
    const system = read.findLast((image) => image.entries.has("/var/lib/dpkg/status"));
    return system ?? read.at(-1) ?? trees.at(-1) ?? this.#standIn;
  }

  /** The binary directory. */
  get binary(): Image | undefined {
    const found = this.images.filter((image) => image.of === "binary");
    return found.findLast((image) => image.state === "end") ?? found.at(-1);
  }

  /** When the last event happened: microseconds of CLOCK_BOOTTIME. */
  get lastTime(): number {
    return this.#lastTime;
  }

  /** What a process asked of its environment in an epoch. @param process index in the build's table. */
  needsOf(process: number, epoch: number): readonly Need[] {
    return this.#needs.get(`${process}:${epoch}`) ?? [];
  }

  /** The root directory of the system that an event is of; undefined if it is not below the build directory. */
  systemOf(event: ReleaseEvent | ConfigurationEvent): Directory | undefined {
    return this.#systems.get(event);
  }

  addProcesses(event: Event): void {
    if (event.kind === "segment") this.processes.beginSegment();
    else if (event.kind === "process") this.processes.addProcess(event);
    else if (event.kind === "exec") this.processes.addExec(event);
    else if (event.kind === "exit") this.processes.addExit(event);
  }

  /** Bytes that are kept are copied: they are a part of their block, which would be kept with them. */
  add(event: Event): void {
    this.counts.set(event.kind, (this.counts.get(event.kind) ?? 0) + 1);
    this.#lastTime = event.time;
    switch (event.kind) {
      case "file":
        this.tree.addFile(event);
        break;
      case "directory":
        this.tree.addDirectory(event);
        break;
      case "segment":
        this.tree.beginSegment();
        this.clock.set(event.time, event.offset);
        this.segments.push(event);
        break;
      case "clock":
        this.clock.set(event.time, event.offset);
        break;
      case "root": {
        const root = this.processes.root(event.id);
        root.directory = this.tree.directory(event.directory);
        root.path = byteString(event.path);
        break;
      }
      case "package": {
        const root = this.tree.directory(event.root);
        this.packages.push({ event, root, process: this.processes.indexOf(event.process) });
        break;
      }
      case "release":
        event.signature = Buffer.from(event.signature);
        this.#note(event);
        this.releases.push(event);
        break;
      case "configuration":
        event.path = Buffer.from(event.path);
        event.content = Buffer.from(event.content);
        this.#note(event);
        this.configurations.push(event);
        break;
      case "changelog":
        event.text = Buffer.from(event.text);
        this.changelogs.push(event);
        break;
      case "content":
        event.data = Buffer.from(event.data);
        this.contents.set(Buffer.from(event.sha256).toString("hex"), event);
        break;
      case "needs":
        this.#addNeeds(event);
        break;
      case "connection":
        this.connections.push({ event, process: this.processes.indexOf(event.process) });
        break;
      case "output":
        event.data = Buffer.from(event.data);
        this.output.push(event);
        break;
      case "image":
        this.#image(event);
        break;
      case "entry": {
        const image = this.#imageOf(event.image);
        if (image === undefined) this.damages.strayEntries++;
        else addEntry(image, event);
        break;
      }
      case "loss":
        this.damages.addLoss(event);
        break;
      case "end":
        this.end = event;
        break;
      case "process":
      case "exec":
      case "exit":
      case "stage":
        break;
      default:
        event satisfies never;
    }
  }

  /** Nothing comes after. */
  finish(): void {
    this.tree.finishStock(this.#lastTime);
    if (this.image !== undefined) return;
    const { top } = this.tree;
    const chroot = directoryAt(top, ["chroot", "chroot"]) ?? directoryAt(top, ["chroot"]);
    if (chroot !== undefined) this.#standIn = standIn(chroot, this.#lastTime, this.pasts);
  }

  #addNeeds({ process, epoch, items }: NeedsEvent): void {
    const index = this.processes.indexOf(process);
    if (index === 0) return;
    const key = `${index}:${epoch}`;
    const known = this.#needs.get(key);
    if (known === undefined) this.#needs.set(key, items);
    else known.push(...items);
  }

  // The number means that directory now: a later recorder gives others.
  #note(event: ReleaseEvent | ConfigurationEvent): void {
    const root = this.tree.directory(event.root);
    if (root !== undefined) this.#systems.set(event, root);
  }

  #image(event: Extract<Event, { kind: "image" }>): void {
    if (event.of !== "file") this.tree.finishStock(event.time);
    const known = this.#imageOf(event.id);
    if (event.state !== "begin" && known !== undefined) {
      finishImage(known, event);
      return;
    }
    // No build has many images: a recording that keeps on beginning them would take all memory.
    const isTooMuch = this.#frozen > mostFrozen;
    if (isTooMuch) this.damages.isTooLarge = true;
    const directory = isTooMuch ? undefined : this.tree.directory(event.directory);
    const image = beginImage(event, directory, this.processes.indexOf(event.packer), this.pasts);
    this.#frozen += 1000 + (image.tree?.size ?? 0);
    this.images.push(image);
    this.operations.freeze();
  }

  #imageOf(id: number): Image | undefined {
    return this.images.findLast((image) => image.id === id);
  }

  #copySource(process: number, epoch: number, parent: Directory, name: string): Directory | undefined {
    const key = `${process}:${epoch}`;
    let copying = this.#copying.get(key);
    if (copying === undefined && !this.#copying.has(key)) {
      const command = this.processes.command(process, epoch);
      copying = command === undefined ? undefined : copyingOf(command, this.directory, this.tree.top);
      this.#copying.set(key, copying);
    }
    return copying === undefined ? undefined : sourceOf(copying, this.tree.top, parent, name);
  }
}
