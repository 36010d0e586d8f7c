import { basename } from "node:path";
import { close } from "../../kernel/libc.ts";
import { type DirectoryNode, pathOf } from "../file/tree.ts";
import type { Writer } from "../process/attribution.ts";
import type { ExecFacts, Incarnation } from "../process/incarnation.ts";
import type { Image, Images } from "./images.ts";
import { type DirectoryOpener, type Opened, openFile, superblockOf } from "./open-file.ts";
import { type DirectoryLookup, type Packed, packedDirectory } from "./packed-directory.ts";

export interface PackedImagesOutput extends DirectoryLookup, DirectoryOpener {
  number(process: Incarnation): number;
  loss(what: string, detail: string): void;
}

interface Place {
  directory: DirectoryNode;
  name: string;
}

const packers = /^(?:mksquashfs|sqfstar|gensquashfs|tar2sqfs)$/;

/**
 * The squashfs files that a build packs. mksquashfs keeps its output open until it ends, so that there is one
 * write-close, when the file is whole; a later one (it can append) makes another image.
 *
 * Notices come some milliseconds late, and live-build moves the file at once: one that is not there any more is
 * waited for at the place where it appears next.
 */
export class PackedImages {
  readonly #images: Images;
  readonly #out: PackedImagesOutput;
  /** Images whose file was gone when it should be opened, and where it was. */
  #missing: { image: Image; place: Place }[] = [];
  #moving: Image | undefined;
  readonly #superblocks = new Set<string>();
  /** How many were packed. */
  count = 0;

  constructor(images: Images, out: PackedImagesOutput) {
    this.#images = images;
    this.#out = out;
  }

  /** A squashfs was closed by a process that could write it. */
  written(place: Place, writer: Writer): void {
    const facts = factsOf(writer);
    const program = programOf(facts);
    const opened = openFile(this.#out, place.directory, place.name);
    if (!packers.test(program)) {
      const awaited = this.#missing.find((each) => each.place.name === place.name);
      // mv(1) to another file system is a copy.
      if (awaited !== undefined) {
        this.#take(this.#found(awaited.image), opened, place);
        return;
      }
      if (!this.#isNewImage(place, program, opened)) {
        if (opened.kind === "open") close(opened.fd);
        return;
      }
    }
    const packed: Packed =
      facts === undefined
        ? { kind: "unknown", because: "its writer is not known" }
        : packedDirectory(facts, place.directory, this.#out);
    this.count++;
    const image = this.#images.begin({
      of: "tree",
      directory: packed.kind === "known" ? packed.directory.id : 0,
      path: Buffer.from(pathTo(place), "latin1"),
      because: `written by ${program || "a process that is not known"}`,
      packer: writer.process === undefined ? 0 : this.#out.number(writer.process),
      epoch: writer.epoch,
    });
    if (packed.kind === "unknown")
      this.#out.loss("image", `the directory that was packed is not known: ${packed.because}`);
    this.#take(image, opened, place);
  }

  /** A file was renamed, from here; `movedTo` follows if it stays below the build directory. */
  movedFrom(from: Place): void {
    const isHere = ({ place }: { place: Place }) =>
      place.directory === from.directory && place.name === from.name;
    this.#moving = this.#missing.find(isHere)?.image;
  }

  movedTo(place: Place): void {
    if (this.#moving === undefined) return;
    const image = this.#found(this.#moving);
    this.#moving = undefined;
    this.#take(image, openFile(this.#out, place.directory, place.name), place);
  }

  /** The build has ended: what has not appeared will not. */
  close(): void {
    for (const { image } of this.#missing)
      image.fail("it was removed, or moved out of the build directory, before it could be opened");
    this.#missing = [];
  }

  #found(image: Image): Image {
    this.#missing = this.#missing.filter((each) => each.image !== image);
    return image;
  }

  #take(image: Image, opened: Opened, place: Place): void {
    switch (opened.kind) {
      case "open":
        this.#superblocks.add(superblockOf(opened.fd));
        this.#images.read(image, { kind: "squashfs" }, opened.fd);
        return;
      case "gone":
        this.#missing.push({ image, place });
        return;
      case "refused":
        image.fail(opened.because);
        return;
      default:
        opened satisfies never;
    }
  }

  /**
   * Whether what no packer wrote is an image all the same: one from live-build's cache, of which only that below
   * binary/ gets into the medium, or one whose writer is not known. A copy of what is read already is none.
   */
  #isNewImage({ directory }: Place, program: string, opened: Opened): boolean {
    if (program !== "" && !/^binary(?:\/|$)/.test(pathOf(directory) ?? "")) return false;
    return opened.kind === "open" && !this.#superblocks.has(superblockOf(opened.fd));
  }
}

/** What the writer ran when it wrote, unless it has gone on to another program since. */
function factsOf({ process, epoch }: Writer): ExecFacts | undefined {
  return process?.epoch === epoch ? process.facts : undefined;
}

/** Base name of the program that a process was started as; "" if it is not known. */
export function programOf(facts: ExecFacts | undefined): string {
  const [program = ""] = Buffer.from(facts?.argv ?? [])
    .toString("latin1")
    .split("\0", 1);
  return basename(program);
}

/** Below the build directory, as it is now. */
export function pathTo({ directory, name }: Place): string {
  const path = pathOf(directory) ?? "";
  return path === "" ? name : `${path}/${name}`;
}
