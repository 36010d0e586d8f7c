import { operation } from "../../../proto/events.ts";
import { SystemError } from "../../kernel/libc.ts";
import { type DirectoryNode, pathOf } from "../file/tree.ts";
import type { Writer } from "../process/attribution.ts";
import { type ImageFacts, Images, type ImagesOutput } from "./images.ts";
import { openFile } from "./open-file.ts";
import { PackedImages, type PackedImagesOutput, pathTo, programOf } from "./packed-images.ts";
import type { Job } from "./protocol.ts";
import { rootsToRead } from "./roots.ts";
import { TopFiles } from "./top-files.ts";

export interface ImageProbeOutput extends ImagesOutput, PackedImagesOutput {
  loss(what: string, detail: string, count?: number): void;
  /** Directories with a system in them (var/lib/dpkg) that are still there. */
  roots(): DirectoryNode[];
  /** Absolute, without symlinks. */
  buildDirectory: Buffer;
}

export type BuildOutcome = "ended" | "failed" | "interrupted";

/** Files that are told of by name: a squashfs is read as soon as it is packed. */
export function isSquashfs(name: string): boolean {
  return name.endsWith(".squashfs") || name.endsWith(".sqfs");
}

/** Records the final state of the image: the trees that were packed, `binary/`, and the image files. */
export class ImageProbe {
  readonly #out: ImageProbeOutput;
  readonly #images: Images;
  readonly #packed: PackedImages;
  readonly #topFiles: TopFiles;

  constructor(out: ImageProbeOutput) {
    this.#out = out;
    this.#images = new Images(out);
    this.#packed = new PackedImages(this.#images, out);
    this.#topFiles = new TopFiles(out.buildDirectory);
  }

  /**
   * To be told of each write-close of a file that `isSquashfs` or that lies in the build
   * directory, and of each rename of or to such a file: with `create` for the place that it was moved to.
   */
  notice(directory: DirectoryNode, name: string, operations: number, writer: Writer): void {
    if ((operations & operation.directory) !== 0) return;
    const place = { directory, name };
    if ((operations & operation.rename) !== 0) {
      if ((operations & operation.create) === 0) this.#packed.movedFrom(place);
      else this.#packed.movedTo(place);
    }
    if ((operations & operation.write) === 0) return;
    if (directory.parent === undefined) this.#topFiles.notice(name, programOf(writer.process?.facts));
    if (isSquashfs(name)) this.#packed.written(place, writer);
  }

  /** The build has ended: reads what it leaves, and waits until everything is read. */
  async finish(outcome: BuildOutcome): Promise<void> {
    this.#packed.close();
    const top = this.#out.nodeAt(this.#out.buildDirectory);
    if (top === undefined) {
      this.#out.loss("image", "the build directory is gone: what the build left there is not known");
      return this.#images.settled();
    }
    if (this.#packed.count === 0) {
      for (const root of rootsToRead(this.#out.roots()))
        this.#readDirectory(
          "tree",
          root,
          { kind: "directory", prefix: "", packages: true },
          unpacked[outcome],
        );
    }
    const binary = this.#out.child(top, "binary");
    if (binary !== undefined)
      this.#readDirectory("binary", binary, { kind: "directory", prefix: "/binary", packages: false }, "");
    for (const name of this.#topFiles.list()) this.#readFile(top, name);
    await this.#images.settled();
  }

  #readDirectory(of: ImageFacts["of"], directory: DirectoryNode, job: Job, because: string): void {
    const path = Buffer.from(pathOf(directory) ?? "", "latin1");
    const image = this.#images.begin({ of, directory: directory.id, path, because, packer: 0, epoch: 0 });
    try {
      this.#images.read(image, job, this.#out.open(directory));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      image.fail(`it could not be opened: ${error.code}`);
    }
  }

  #readFile(directory: DirectoryNode, name: string): void {
    const path = Buffer.from(pathTo({ directory, name }), "latin1");
    const image = this.#images.begin({ of: "file", directory: 0, path, because: "", packer: 0, epoch: 0 });
    const opened = openFile(this.#out, directory, name);
    if (opened.kind === "open") this.#images.read(image, { kind: "file" }, opened.fd);
    else image.fail(opened.kind === "gone" ? "it was removed meanwhile" : opened.because);
  }
}

const unpacked: Record<BuildOutcome, string> = {
  ended: "the build packed no squashfs: the directory is read as it was left",
  failed: "the build failed before it packed a squashfs: the directory is read as it was left",
  interrupted: "the build was interrupted before it packed a squashfs: the directory is read as it was left",
};
