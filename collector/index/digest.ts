import type {
  EndEvent,
  Event,
  EventKind,
  ExecEvent,
  PackageEvent,
  SegmentEvent,
} from "../../proto/events.ts";
import { byteString } from "../model/bytes.ts";

/** A package as a running build tells of it. */
export type LivePackage = Pick<PackageEvent, "name" | "version" | "architecture" | "uri" | "source">;

/** How the build began: of the recording's first segment. Texts are byte strings. */
export interface Beginning {
  readonly build: string;
  readonly host: string;
  readonly directory: string;
  readonly command: readonly string[];
  /** Milliseconds since 1970. */
  readonly started: number;
}

export interface Ending {
  readonly outcome: string;
  readonly status: number;
  readonly signal: number;
  /** Milliseconds since 1970. */
  readonly ended: number;
}

/** Packages that are listed of a running build; a realistic one has 500. */
const mostPackages = 20_000;
/** Characters of a text that is kept; a recording can have texts as large as its blocks. */
const mostText = 4096;
const mostWords = 256;

/**
 * What blocks of a recording tell of a build while it runs: small, whatever the blocks hold, and two that follow one another
 * can be merged into one.
 */
export class Digest {
  readonly counts = new Map<EventKind, number>();
  readonly packages = new Map<string, LivePackage>();
  beginning: Beginning | undefined;
  ending: Ending | undefined;
  /** Of live-build, the last that began: `chroot_hooks`. */
  script = "";
  lost = 0;
  /** Microseconds of CLOCK_BOOTTIME to those since 1970. */
  offset: number | undefined;

  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  addAll(events: Iterable<Event>): void {
    for (const event of events) this.#add(event);
  }

  /** Adds what came after. */
  merge(later: Digest): void {
    for (const [kind, count] of later.counts) this.counts.set(kind, (this.counts.get(kind) ?? 0) + count);
    for (const [key, each] of later.packages) this.#addPackage(key, each);
    this.beginning ??= later.beginning;
    this.ending = later.ending ?? this.ending;
    this.script = later.script || this.script;
    this.lost += later.lost;
    this.offset = later.offset ?? this.offset;
  }

  #add(event: Event): void {
    this.counts.set(event.kind, (this.counts.get(event.kind) ?? 0) + 1);
    switch (event.kind) {
      case "segment":
        this.beginning ??= beginningOf(event);
        this.offset = event.offset;
        break;
      case "clock":
        this.offset = event.offset;
        break;
      case "exec":
        this.script = liveBuildScript(event) ?? this.script;
        break;
      case "package":
        this.#addPackage([event.name, event.version, event.architecture].join("\0"), event);
        break;
      case "loss":
        this.lost += event.count;
        break;
      case "end":
        this.ending = endingOf(event, this.offset ?? 0);
        break;
      default:
        break; // the model of the whole recording has the others
    }
  }

  #addPackage(key: string, { name, version, architecture, uri, source }: LivePackage): void {
    // The whole recording is described without these bounds.
    if (key.length + uri.length + source.length > mostText) return;
    if (this.packages.size >= mostPackages && !this.packages.has(key)) return;
    this.packages.set(key, { name, version, architecture, uri, source });
  }
}

function beginningOf({ build, host, directory, command, started }: SegmentEvent): Beginning {
  return {
    build: build.slice(0, mostText),
    host: host.name.slice(0, mostText),
    directory: byteString(directory.subarray(0, mostText)),
    command: command.slice(0, mostWords).map((word) => byteString(word.subarray(0, mostText))),
    started: Math.floor(started / 1000),
  };
}

function endingOf({ outcome, status, signal, time }: EndEvent, offset: number): Ending {
  return { outcome, status, signal, ended: Math.floor((time + offset) / 1000) };
}

/** As `liveBuildScript` of the stories, of an event. */
function liveBuildScript({ root, filename }: ExecEvent): string | undefined {
  if (root !== 0 || filename.length === 0) return undefined;
  return /\/(?:lib\/live|scripts)\/build\/([^/]{1,100})$/.exec(byteString(filename))?.[1];
}
