import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { undoAtEnd } from "../undo.ts";

/** A disk that can be filled: a tmpfs of its own, which goes with `Symbol.dispose`, or with this process. */
export class SmallDisk {
  readonly directory: string;
  readonly #ballast: string;
  readonly #undo: () => void;

  /** @param directory is made if it is not there. @param size as `mount` takes it */
  constructor(directory: string, size: string) {
    this.directory = directory;
    this.#ballast = join(directory, "ballast");
    mkdirSync(directory, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "isotrace-check", directory]);
    // Lazily: what was killed a moment ago may still have a file open.
    this.#undo = undoAtEnd(() => void execFileSync("umount", ["--lazy", directory]));
  }

  /** @param left bytes that stay free; a multiple of the page size is what a tmpfs can have */
  fill(left = 0): void {
    try {
      writeFileSync(this.#ballast, Buffer.alloc(this.free + (1 << 16)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error; // it is as full as it can be
    }
    if (left === 0) return;
    const { blocks, bsize, bfree } = statfsSync(this.directory);
    truncateSync(this.#ballast, Math.max(0, (blocks - bfree) * bsize - left));
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** Bytes. */
  get free(): number {
    const { bavail, bsize } = statfsSync(this.directory);
    return bavail * bsize;
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}
