import { mkdirSync } from "node:fs";
import { Finder } from "../../../../../agent/probe/file/finder.ts";
import type { DirectoryNode } from "../../../../../agent/probe/file/tree.ts";
import { Twin } from "../../../../../agent/probe/file/twin.ts";
import { ImageProbe } from "../../../../../agent/probe/image/probe.ts";
import type { Writer } from "../../../../../agent/probe/process/attribution.ts";
import type { ExecFacts, Incarnation } from "../../../../../agent/probe/process/incarnation.ts";
import type { EntryEvent, Event, ImageEvent } from "../../../../../proto/events.ts";

/** The probe in a build directory, with the real directory tree, and what it records. */
export class Build {
  readonly directory: string;
  readonly events: Event[] = [];
  readonly losses: string[] = [];
  readonly finder: Finder;
  readonly probe: ImageProbe;
  roots: DirectoryNode[] = [];

  /** @param directories below the build directory, which are made before it is scanned. */
  constructor(directory: string, directories: string[]) {
    this.directory = directory;
    for (const each of directories) mkdirSync(`${directory}/${each}`, { recursive: true });
    const emit = (event: Event) => this.events.push(event);
    const loss = (what: string, detail: string) => this.losses.push(`${what}: ${detail}`);
    const number = ({ pid }: Incarnation) => pid;
    this.finder = new Finder(new Twin(directory, -1), [], { emit: () => {}, loss, number, hasHandles: true });
    this.finder.scan(0);
    this.probe = new ImageProbe({
      emit,
      loss,
      number,
      open: (node) => this.finder.open(node),
      nodeAt: (path) => this.finder.nodeAt(path),
      child: (node, name) => this.finder.tree.child(node, name),
      roots: () => this.roots,
      buildDirectory: Buffer.from(directory),
      time: () => this.events.length,
    });
  }

  node(path: string): DirectoryNode {
    return this.finder.nodeAt(Buffer.from(path === "" ? this.directory : `${this.directory}/${path}`))!;
  }

  images(): string[] {
    const images = this.events.filter((event): event is ImageEvent => event.kind === "image");
    return images.map(({ id, of, state, path, because }) =>
      `${id} ${of} ${state} ${Buffer.from(path)} ${because}`.trim(),
    );
  }

  image(state: ImageEvent["state"]): ImageEvent {
    const isIt = (event: Event): event is ImageEvent => event.kind === "image" && event.state === state;
    return this.events.find(isIt)!;
  }

  /** Paths of an image's entries. */
  paths(image: number): string[] {
    const isIt = (event: Event): event is EntryEvent => event.kind === "entry" && event.image === image;
    return this.events.filter(isIt).map(({ path }) => Buffer.from(path).toString());
  }
}

/** A process that ran a command, as the process table knows it. */
export function writer(argv: string[], facts: Partial<ExecFacts> = {}): Writer {
  const text = (words: string) => Buffer.from(words, "latin1");
  const process: Incarnation = {
    pid: 77,
    start: 0,
    forked: 0,
    ended: 0,
    parent: undefined,
    parentEpoch: 0,
    epoch: 1,
    execs: [],
    order: { epoch: 1, opened: [], used: [], doubtUntil: 0 },
    outside: false,
    startsBuild: false,
    own: false,
    id: 77,
    facts: {
      argv: text(argv.join("\0")),
      argvLength: 0,
      filename: text(""),
      executable: text(""),
      workingDirectory: text("/"),
      uid: 0,
      root: 1,
      environment: [],
      restored: false,
      cut: false,
      ...facts,
    },
    unwritten: [],
  };
  return { process, epoch: 1, uncertain: false };
}
