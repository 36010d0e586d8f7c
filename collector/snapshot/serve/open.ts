import { close, constants, fstat, open, realpath, type Stats } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Layout } from "../layout.ts";

/** A file that is open for reading: a snapshot that expires meanwhile is still sent whole. */
export interface OpenFile {
  readonly fd: number;
  readonly stats: Stats;
}

const opened = promisify(open);
const statsOf = promisify(fstat);
const closed = promisify(close);
const realPath = promisify(realpath.native);

/** @returns undefined if it is no file that is served: it lies in `public` or in an archive's pool, and is a regular file. */
export async function openServed(
  layout: Layout,
  components: readonly string[],
): Promise<OpenFile | undefined> {
  let fd: number | undefined;
  try {
    const real = await realPath(join(layout.public, ...components));
    if (!isServed(await realPath(layout.data), real)) return undefined;
    fd = await opened(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await statsOf(fd);
    if (stats.isFile()) return { fd, stats };
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
  if (fd !== undefined) await closed(fd);
  return undefined;
}

function isServed(data: string, path: string): boolean {
  const inside = path.startsWith(`${data}/`) ? path.slice(data.length + 1).split("/") : [];
  return inside[0] === "public" || (inside[0] === "archives" && inside[2] === "pool");
}

function isAbsence(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException).code);
  return ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EACCES", "ENXIO"].includes(code);
}
