import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const chunk = 1 << 20;

/** SHA-256 of a file's content, in hexadecimal. @throws a system error */
export function digestOf(path: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(chunk);
  const fd = openSync(path, "r");
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}
