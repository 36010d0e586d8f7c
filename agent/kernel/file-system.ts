import { close, fileSystemOf, O_DIRECTORY, O_PATH, open } from "./libc.ts";

/** statfs(2)'s f_type of the file systems that people build on (linux/magic.h). */
const names = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x01021994, "tmpfs"],
  [0x794c7630, "overlayfs"],
  [0xf2f52010, "f2fs"],
  [0x2fc12fc1, "zfs"],
  [0x6969, "nfs"],
]);

/** The name of the file system that a directory is on; its number in hexadecimal, if it has none here. @throws SystemError */
export function fileSystemName(directory: string | Uint8Array): string {
  const fd = open(directory, O_PATH | O_DIRECTORY);
  try {
    const { type } = fileSystemOf(fd);
    return names.get(type) ?? `0x${type.toString(16)}`;
  } finally {
    close(fd);
  }
}
