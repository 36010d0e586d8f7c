import { readFileSync } from "node:fs";
import { execa } from "execa";

/** Mount points below a directory (or it itself), the innermost first, as proc(5) tells them. */
export function mountsBelow(directory: string): string[] {
  return mountPoints()
    .filter((point) => point === directory || point.startsWith(`${directory}/`))
    .reverse();
}

/** Every mount as one line, for comparing before and after. */
export function allMounts(): string[] {
  return readFileSync("/proc/self/mounts", "utf8").trimEnd().split("\n");
}

export async function unmountBelow(directory: string): Promise<void> {
  for (const point of mountsBelow(directory)) await execa("umount", [point]);
}

function mountPoints(): string[] {
  return allMounts().map((line) =>
    line
      .split(" ")[1]!
      .replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
  );
}
