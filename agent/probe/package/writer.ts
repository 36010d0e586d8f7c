import type { Writer } from "../process/attribution.ts";

/** More arguments than dpkg is ever given, and longer ones. */
const mostDebs = 5_000;
const mostPath = 4096;

/** The name of the program that wrote; "" if it is not known. A process that has not called exec runs its parent's. */
export function programOf({ process, epoch }: Writer): string {
  for (let at = process, wanted = epoch; at !== undefined; wanted = at.parentEpoch, at = at.parent) {
    const exec = at.execs.find((each) => each.epoch === wanted) ?? at.execs.at(-1);
    if (exec !== undefined && wanted > 0) return exec.name;
  }
  return "";
}

/** The .deb files that a dpkg was called with, as it was told them. Byte strings. */
export function debsOf({ process }: Writer): string[] {
  const words = Buffer.from(process?.facts?.argv ?? [])
    .toString("latin1")
    .split("\0");
  return words.filter((word) => word.endsWith(".deb") && word.length <= mostPath).slice(0, mostDebs);
}

/** Whether it was debootstrap, or something that it started. */
export function isDebootstraps({ process }: Writer): boolean {
  for (let at = process; at !== undefined; at = at.parent) {
    if (at.facts !== undefined && /\/debootstrap\0/.test(Buffer.from(at.facts.argv).toString("latin1")))
      return true;
  }
  return false;
}
