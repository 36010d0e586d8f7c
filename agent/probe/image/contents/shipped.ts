import type { DpkgDatabase } from "../dpkg/owners.ts";
import { parseStatus } from "../dpkg/status.ts";

/**
 * Which files are as a package shipped them, told while the image is still being read: then its symlinks are not
 * known, and a path below /usr is taken for the one without (`/bin/ls` is in `/usr/bin` of all but old systems). So
 * this only saves keeping contents; `relate` has the last word.
 */
export class ShippedFiles {
  /** MD5 in hexadecimal, and the path. */
  readonly #files = new Set<string>();

  constructor(database: DpkgDatabase) {
    for (const [path, content] of database) {
      if (path.endsWith(".md5sums")) this.#addChecksums(content);
      else if (/\/status(?:\.d\/[^/]*)?$/.test(path)) this.#addConffiles(content);
    }
  }

  /** @param md5 in hexadecimal. */
  has(path: string, md5: string): boolean {
    if (this.#files.has(md5 + path)) return true;
    return path.startsWith("/usr/") && this.#files.has(md5 + path.slice("/usr".length));
  }

  /** Lines of "MD5  path without its first slash". */
  #addChecksums(content: Buffer): void {
    for (let at = 0; at < content.length; ) {
      const newline = content.indexOf("\n", at);
      const end = newline < 0 ? content.length : newline;
      // A text of its own, not a part of the whole, which it would keep alive.
      if (end - at > 34)
        this.#files.add(
          `${content.toString("latin1", at, at + 32)}/${content.toString("latin1", at + 34, end)}`,
        );
      at = end + 1;
    }
  }

  #addConffiles(content: Buffer): void {
    for (const { conffiles } of parseStatus(content.toString("latin1")))
      for (const { path, md5 } of conffiles) if (md5 !== undefined) this.#files.add(md5 + path);
  }
}
