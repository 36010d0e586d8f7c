import { mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { markFilesystem, openFanotify, readBatch } from "../../../../../agent/kernel/fanotify.ts";
import { NoticeParser } from "../../../../../agent/kernel/fanotify-parse.ts";
import { close } from "../../../../../agent/kernel/libc.ts";
import { openUpper } from "../../../../../agent/kernel/upper-layer.ts";
import { mountOf, mounts } from "../../../../../agent/mounts.ts";
import { Finder } from "../../../../../agent/probe/file/finder.ts";
import { FileProbe } from "../../../../../agent/probe/file/probe.ts";
import { Twin } from "../../../../../agent/probe/file/twin.ts";
import { ProcessTable } from "../../../../../agent/probe/process/table.ts";
import type { Event, FileEvent } from "../../../../../proto/events.ts";
import { Standing } from "../../../../e2e/check/complete/standing.ts";
import type { Overlay } from "../../../kernel/support/overlay.ts";

/** A build directory whose real events go through the file probe. Beside it lies a directory that is not watched. */
export class Watched {
  readonly top: string;
  readonly build: string;
  readonly outside: string;
  readonly events: Event[] = [];
  readonly losses: string[] = [];
  readonly noticed: string[] = [];
  readonly finder: Finder;
  readonly #probe: FileProbe;
  readonly #group: number;
  readonly #fd: number;
  readonly #parser = new NoticeParser();
  readonly #buffer = Buffer.alloc(1 << 20);
  #time = 0;

  /**
   * @param before makes what is there when the recording begins; @param own Isotrace's directories, in the build's.
   * @param overlay where the build directory is made: what is watched is its twin in the upper layer.
   */
  constructor(before = "", own: string[] = [], overlay?: Overlay) {
    this.top = mkdtempSync(join(overlay?.merged ?? tmpdir(), "isotrace-watched-"));
    this.build = join(this.top, "build");
    this.outside = join(this.top, "outside");
    for (const path of [this.build, this.outside, ...own.map((name) => join(this.build, name))])
      mkdirSync(path);
    this.sh(before);
    this.#group = openFanotify();
    const upper = overlay === undefined ? -1 : openUpper(this.build, mountOf(this.build), mounts())!.fd;
    this.#fd = upper < 0 ? openSync(this.build, "r") : upper;
    markFilesystem(this.#group, this.#fd);
    const process = new ProcessTable().fork(1, 0, 0, undefined);
    const emit = (event: Event) => this.events.push(event);
    const number = () => 1;
    this.finder = new Finder(
      new Twin(this.build, upper),
      own.map((name) => join(this.build, name)),
      { emit, number, hasHandles: true, loss: (what, detail) => this.losses.push(`${what}: ${detail}`) },
    );
    this.finder.scan(0);
    const out = {
      emit,
      number,
      writer: () => ({ process, epoch: 1, uncertain: false }),
      notice: (_: unknown, name: string) => this.noticed.push(name),
    };
    this.#probe = new FileProbe(this.finder.tree, this.finder, out, this.finder.own);
  }

  /** Runs a script in the build directory, which it knows the other one from as $OUT. */
  sh(script: string): void {
    execaSync("sh", ["-euc", script], { cwd: this.build, env: { OUT: this.outside } });
  }

  /** Lets the probe have what has happened since it was last asked. */
  drain(): void {
    const from = this.#time++;
    const sink = {
      notice: (notice: Parameters<FileProbe["handle"]>[0]) => {
        this.#probe.handle(notice, from, this.#time);
      },
      overflow: () => this.losses.push("overflow"),
      malformed: (reason: string) => this.losses.push(reason),
      unknownRecord: (type: number) => this.losses.push(`record ${type}`),
    };
    for (let count = 1; count > 0; ) {
      count = readBatch(this.#group, this.#buffer);
      if (count < 0) throw new Error(`reading events failed with errno ${-count}`);
      this.#parser.parse(this.#buffer, count, sink);
    }
  }

  get fileEvents(): FileEvent[] {
    return this.events.filter((event) => event.kind === "file");
  }

  /** The paths that the recording's events leave standing: byte strings, sorted. */
  replayed(): string[] {
    const standing = new Standing();
    for (const event of this.events) {
      if (event.kind === "file") standing.event(event);
      else if (event.kind === "directory") standing.directory(event.id, event.parent, event.name);
    }
    return [...standing.paths()].sort();
  }

  /** What find(1) sees, in the same form. */
  found(): string[] {
    const { stdout } = execaSync("find", [".", "-mindepth", "1", "-printf", "/%P\\0"], {
      cwd: this.build,
      encoding: "buffer",
    });
    return Buffer.from(stdout).toString("latin1").split("\0").slice(0, -1).sort();
  }

  [Symbol.dispose](): void {
    close(this.#group);
    close(this.#fd);
    this.finder.close();
    rmSync(this.top, { recursive: true });
  }
}
