import { execaSync } from "execa";
import { mountsBelow } from "../mounts.ts";

/**
 * Unmounts what a build that was stopped has left mounted below its directory, so that removing the chroot cannot
 * reach the host's devices. @returns a line for each.
 */
export function unmountNew(directory: string, before: string[]): string[] {
  const left = mountsBelow(directory);
  for (const point of before) {
    const at = left.indexOf(point);
    if (at >= 0) left.splice(at, 1);
  }
  return left.reverse().map((point) => {
    const { failed, stderr } = execaSync("umount", ["--", Buffer.from(point, "latin1").toString()], {
      reject: false,
    });
    return failed
      ? `${point}: the stopped build left it mounted: ${stderr}`
      : `${point}: unmounted, the stopped build had left it`;
  });
}
