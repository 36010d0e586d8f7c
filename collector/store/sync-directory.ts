import { closeSync, fsyncSync, openSync } from "node:fs";

/** Makes the names in a directory durable. @throws a system error */
export function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
