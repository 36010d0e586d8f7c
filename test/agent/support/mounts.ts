import { mkdirSync, rmSync } from "node:fs";
import { execaSync } from "execa";
import { mountsBelow } from "../../../agent/mounts.ts";

/** A name with what mountinfo must write in octal, and bytes beyond ASCII. */
export const odd = "a b\\c\td\ne\u00e4";

/** A path as mountinfo is read: a character a byte. */
export const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

/** Mounts a file system without a device, on a directory that is made for it. @returns the directory */
export function mount(type: string, path: string): string {
  mkdirSync(path, { recursive: true });
  execaSync("mount", ["-t", type, "isotrace-test", path]);
  return path;
}

/** Removes a directory, and first unmounts what is mounted below. */
export function removeWithMounts(top: string): void {
  for (const point of mountsBelow(top).reverse())
    execaSync("umount", ["--", Buffer.from(point, "latin1").toString()]);
  rmSync(top, { recursive: true });
}
