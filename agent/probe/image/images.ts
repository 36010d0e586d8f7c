import type { EntryEvent, Event, ImageEvent } from "../../../proto/events.ts";
import { close } from "../../kernel/libc.ts";
import type { ImageEntry } from "./entry.ts";
import type { Job } from "./protocol.ts";
import { readImage } from "./reading.ts";
import { RecordedContents } from "./recorded-contents.ts";

export interface ImagesOutput {
  emit(event: Event): void;
  loss(what: string, detail: string, count?: number): void;
  /** Microseconds of CLOCK_BOOTTIME, whole. */
  time(): number;
}

/** What is known of an image when it is there to be read. */
export type ImageFacts = Pick<ImageEvent, "of" | "directory" | "path" | "because" | "packer" | "epoch">;

/** The images of a recording: numbers them, and has them read one at a time, as a build has few processors. */
export class Images {
  readonly #out: ImagesOutput;
  #last = 0;
  #reading: Promise<void> = Promise.resolve();
  /** Digests of archives whose members are recorded. */
  readonly #known: string[] = [];
  readonly #contents: RecordedContents;

  constructor(out: ImagesOutput) {
    this.#out = out;
    this.#contents = new RecordedContents(out);
  }

  /** Records, in order with the file events, that an image is as it will be read. */
  begin(facts: ImageFacts): Image {
    const image = new Image(++this.#last, facts, this.#out);
    image.emit({ state: "begin", because: facts.because });
    return image;
  }

  /** @param fd is closed when it is read. */
  read(image: Image, job: Job, fd: number): void {
    this.#reading = this.#reading.then(async () => {
      await image.read(job, fd, this.#known, this.#contents);
      close(fd);
    });
  }

  /** Until all of them are read. */
  settled(): Promise<void> {
    return this.#reading;
  }
}

export class Image {
  readonly #id: number;
  readonly #facts: ImageFacts;
  readonly #out: ImagesOutput;
  #entries = 0;

  constructor(id: number, facts: ImageFacts, out: ImagesOutput) {
    this.#id = id;
    this.#facts = facts;
    this.#out = out;
  }

  /** @param known grows by the archives whose members were recorded. */
  async read(job: Job, fd: number, known: string[], contents: RecordedContents): Promise<void> {
    const result = await readImage(job, fd, known, {
      entries: (entries) => {
        for (const entry of entries) this.#out.emit(entryEvent(this.#id, entry, this.#out.time()));
        this.#entries += entries.filter(({ within }) => within === "").length;
      },
      contents: (batch) => contents.record(batch),
      known: (sha256) => known.push(sha256),
      lost: (detail) => this.#out.loss("image", `${this.#name()}: ${detail}`),
    });
    if (result.kind === "failed") this.fail(result.because);
    else this.emit({ state: "end", size: result.size, sha256: Buffer.from(result.sha256, "latin1") });
  }

  fail(because: string): void {
    this.emit({ state: "failed", because });
    this.#out.loss("image", `${this.#name()}: ${because}`);
  }

  emit(event: Pick<ImageEvent, "state"> & Partial<Pick<ImageEvent, "because" | "size" | "sha256">>): void {
    this.#out.emit({
      ...this.#facts,
      kind: "image",
      time: this.#out.time(),
      id: this.#id,
      because: "",
      size: 0,
      sha256: new Uint8Array(),
      entries: this.#entries,
      ...event,
    });
  }

  #name(): string {
    return Buffer.from(this.#facts.path).toString() || "the build directory";
  }
}

function entryEvent(image: number, entry: ImageEntry, time: number): EntryEvent {
  // Each field by its name: after a spread, each costs a call of the runtime, and an image has thousands of entries.
  return {
    kind: "entry",
    time,
    image,
    path: bytes(entry.path),
    type: entry.type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    mtimeNanoseconds: entry.mtimeNanoseconds,
    size: entry.size,
    links: entry.links,
    inode: entry.inode,
    target: bytes(entry.target),
    device: entry.device,
    xattrs: entry.xattrs.map(({ name, value }) => ({ name: bytes(name), value: bytes(value) })),
    sha256: bytes(entry.sha256),
    package: entry.package,
    relation: entry.relation,
    problem: entry.problem,
    within: bytes(entry.within),
  };
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
