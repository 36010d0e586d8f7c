import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";

/** An overlayfs of one layer below and one above, in a directory for temporary files. */
export class Overlay {
  readonly top = mkdtempSync(join(tmpdir(), "isotrace-overlay-"));
  readonly lower = join(this.top, "lower");
  readonly upper = join(this.top, "upper");
  readonly merged = join(this.top, "merged");

  /** @param before a script that is run in the layer below, before it is one. */
  constructor(before = "") {
    for (const name of ["lower", "upper", "work", "merged"]) mkdirSync(join(this.top, name));
    execaSync("sh", ["-euc", before], { cwd: this.lower });
    const layers = `lowerdir=${this.lower},upperdir=${this.upper},workdir=${this.top}/work`;
    execaSync("mount", ["-t", "overlay", "-o", layers, "isotrace-test", this.merged]);
  }

  /** Runs a script in the overlayfs. */
  sh(script: string): void {
    execaSync("sh", ["-euc", script], { cwd: this.merged });
  }

  [Symbol.dispose](): void {
    execaSync("umount", [this.merged]);
    rmSync(this.top, { recursive: true });
  }
}
