import { execa } from "execa";
import { type FoundEntry, newEntry } from "./entry.ts";
import type { Inventory } from "./inventory.ts";
import type { jobFd } from "./protocol.ts";

/** Sockets that are asked for one by one: an image has a handful, if any. */
const askedLimit = 64;
const unknown = "the mode, owner and time of a socket in a squashfs could not be read";
/** How sqfs2tar says that it leaves a socket out: tar has no such entry. */
const skipped = /WARNING: (\.\/.*?): cannot pack socket\nSkipping \1(?:\n|$)/gs;

/**
 * Adds the sockets that a tar archive cannot hold, as rdsquashfs (of the same package) describes them.
 * @param messages of sqfs2tar.
 * @returns the other messages, which say what else was left out.
 */
export async function addSockets(
  fd: typeof jobFd,
  messages: string,
  inventory: Inventory,
): Promise<string[]> {
  let asked = 0;
  for (const [, path] of messages.matchAll(skipped)) {
    const found = asked++ < askedLimit ? await describe(fd, path!.slice(1)) : undefined;
    inventory.add({ ...newEntry(path!.slice(1), "socket"), ...(found ?? { problem: unknown }) });
  }
  return messages
    .replace(skipped, "")
    .split("\n")
    .filter((line) => line !== "");
}

async function describe(fd: typeof jobFd, path: string): Promise<Partial<FoundEntry> | undefined> {
  const argument = Buffer.from(path, "latin1").toString();
  // A program's arguments go through UTF-8: a name that does not survive it cannot be asked for.
  if (Buffer.from(argument).toString("latin1") !== path) return undefined;
  const { stdout, failed } = await execa("rdsquashfs", ["--stat", argument, "/proc/self/fd/0"], {
    stdin: fd,
    stderr: "ignore",
    env: { LC_ALL: "C" },
    reject: false,
  });
  const match =
    /\nInode type: (?:extended )?socket\n.*\nAccess: (\d+)\nUID: (\d+) .*\nGID: (\d+) .*\nLast modified: .*\((-?\d+)\)\n.*$/.exec(
      stdout,
    );
  if (failed || match === null) return undefined;
  const [mode, uid, gid, mtime] = [Number.parseInt(match[1]!, 8), ...match.slice(2).map(Number)];
  return { mode: mode! & 0o7777, uid: uid!, gid: gid!, mtime: mtime! };
}
