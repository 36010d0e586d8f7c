import { createHash } from "node:crypto";
import { type Diff, diffOf } from "../../../collector/diff/diff.ts";
import { sideOf } from "../../../collector/diff/side/side.ts";
import type { Build } from "../../../collector/model/build.ts";
import type { ContentEvent, EntryEvent, Host, Need, SegmentEvent } from "../../../proto/events.ts";
import { type By, nobody, offset, Scenario } from "../support/scenario.ts";

/** What one of two builds has of its own. */
export interface Own {
  /** When it began: seconds since 1970. */
  readonly at?: number;
  readonly host?: Partial<Host>;
  readonly segment?: Partial<SegmentEvent>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Process numbers begin here. */
  readonly pid?: number;
}

/** One build that makes files in a hook, and packs an image of them. */
export class TestBuild {
  readonly s: Scenario;
  readonly build: By;
  readonly hook: By;
  readonly root: number;
  readonly entries = new Map<string, Partial<EntryEvent>>();
  readonly binary = new Map<string, Partial<EntryEvent>>();
  readonly #members: { within: string; path: string; facts: Partial<EntryEvent> }[] = [];
  #inode = 100;
  #isFinished = false;

  constructor({ at = 1_704_067_200, host = {}, segment = {}, environment = {}, pid = 500 }: Own = {}) {
    this.s = new Scenario();
    const first = this.s.events[0] as SegmentEvent;
    Object.assign(first, {
      offset: offset + (at - 1_704_067_200) * 1e6,
      environment: Object.entries(environment).map(([name, value]) => ({
        name: Buffer.from(name),
        value: Buffer.from(value),
      })),
      ...segment,
      host: { ...first.host, ...host },
    });
    const lb = this.s.exec(this.s.fork(nobody, { pid }), ["/bin/sh", "/usr/lib/live/build/build"], {
      filename: Buffer.from("/usr/lib/live/build/build"),
    });
    this.build = lb;
    this.s.mkdirs(lb, "chroot/var/lib/dpkg");
    this.s.mkdirs(lb, "binary/live");
    this.root = this.s.root(1, "chroot");
    this.entry("/var/lib/dpkg/status", {});
    this.hook = this.script("0100-make.hook.chroot", pid + 10);
  }

  /** A hook of the chroot, as live-build runs it. */
  script(name: string, pid?: number): By {
    const hooks = this.s.lb(this.build, "chroot_hooks");
    const fork = this.s.fork(hooks, pid === undefined ? {} : { pid });
    return this.s.exec(fork, ["/bin/sh", `/root/${name}`], {
      filename: Buffer.from(`/root/${name}`),
      root: this.root,
    });
  }

  /** A file that somebody writes, with its content kept. */
  file(
    path: string,
    content: string | Uint8Array,
    facts: Partial<EntryEvent> = {},
    by: By = this.hook,
  ): void {
    const data = typeof content === "string" ? Buffer.from(content, "latin1") : Buffer.from(content);
    const sha256 = createHash("sha256").update(data).digest();
    this.write(path, by);
    this.keep(sha256, data);
    this.entry(path, { sha256, size: data.length, ...facts });
  }

  /** What a writer does, without an entry. */
  write(path: string, by: By = this.hook): void {
    const place = path.startsWith("/binary/") ? path.slice(1) : `chroot${path}`;
    this.s.mkdirs(this.build, place.slice(0, place.lastIndexOf("/")));
    this.s.create(by, place);
  }

  keep(sha256: Uint8Array, data: Uint8Array, omitted: ContentEvent["omitted"] = ""): void {
    this.s.add({ kind: "content", time: this.s.time, sha256, size: data.length, data, omitted });
  }

  needs(by: By, ...items: Need[]): void {
    this.s.add({ kind: "needs", time: this.s.time, ...by, items });
  }

  entry(path: string, facts: Partial<EntryEvent>): void {
    const entries = path.startsWith("/binary") ? this.binary : this.entries;
    entries.set(path, { inode: ++this.#inode, size: 1, ...facts });
  }

  /** A member of an archive of the image, as the agent records those of an initrd. */
  member(within: string, path: string, facts: Partial<EntryEvent>): void {
    this.#members.push({ within, path, facts });
  }

  /** An ISO of this content. */
  iso(content: string): void {
    const id = this.s.beginImage("file", "live-image-amd64.hybrid.iso");
    const sha256 = createHash("sha256").update(content).digest();
    this.s.endImage(id, "file", {
      sha256,
      size: content.length,
      path: Buffer.from("live-image-amd64.hybrid.iso"),
    });
  }

  read(end: "ended" | "open" = "ended"): Build {
    this.#finish(end);
    return this.s.read();
  }

  /** @returns the recording's path */
  save(end: "ended" | "open" = "ended"): string {
    this.#finish(end);
    return this.s.save();
  }

  #finish(end: "ended" | "open"): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#image("tree", "chroot", this.entries);
    if (this.binary.size > 0) this.#image("binary", "binary", this.binary);
    if (end === "ended") this.s.end();
  }

  #image(of: "tree" | "binary", path: string, entries: ReadonlyMap<string, Partial<EntryEvent>>): void {
    const image = this.s.beginImage(of, path);
    for (const [each, facts] of entries) this.s.entry(image, each, facts);
    for (const { within, path: member, facts } of this.#members) {
      if (entries.has(within)) this.s.entry(image, member, { within: Buffer.from(within), ...facts });
    }
    this.s.endImage(image, of);
  }
}

/** The difference of two builds that are made the same way, each with what it has of its own. */
export async function diffOfTwo(
  a: Own,
  b: Own,
  make: (build: TestBuild, side: "a" | "b") => void,
): Promise<Diff> {
  const [one, other] = [new TestBuild(a), new TestBuild(b)];
  make(one, "a");
  make(other, "b");
  return diffOf(sideOf(one.read()), sideOf(other.read()));
}

/** Each cause in one line. */
export function causesOf({ causes }: Diff): string[] {
  return causes.map(
    ({ culprit, source, paths }) => `${source}: ${culprit?.kind} ${culprit?.name}: ${paths.join(" ")}`,
  );
}
