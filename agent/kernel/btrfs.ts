import { openDetachedMount } from "./detached-mount.ts";

/**
 * A descriptor of a btrfs's top, above all of its subvolumes: a mark on the file system is refused on a subvolume
 * (fanotify_mark(2), EXDEV) and taken there, and then covers the subvolumes too.
 * @param device the block device, as /proc/self/mountinfo names it.
 * @throws SystemError
 */
export function openBtrfsTop(device: string): number {
  return openDetachedMount("btrfs", { source: device, subvolid: "5" });
}
