import { existsSync } from "node:fs";
import { ExecaError, execa } from "execa";
import type { ContentReader } from "./content.ts";
import { ImageSink } from "./image-sink.ts";
import type { Inventory } from "./inventory.ts";
import type { jobFd } from "./protocol.ts";
import { addSockets } from "./squashfs-sockets.ts";
import { TarReader } from "./tar.ts";

export class SquashfsError extends Error {
  override readonly name = "SquashfsError";
}

/** What is kept of a program's messages. */
const messageLimit = 256 << 10;
const ionice = "/usr/bin/ionice";

/**
 * Reads a squashfs, which is what was packed by definition, through sqfs2tar (package squashfs-tools-ng), which
 * gives it as a tar archive. Times are in seconds, as squashfs has them.
 *
 * @param fd an open descriptor, since the file may be renamed or removed meanwhile; execa takes small ones only.
 * @param lost is told of what the archive leaves out.
 * @throws SquashfsError if the tool is missing or the file is damaged; TarError or InventoryError for what no image holds.
 */
export async function readSquashfs(
  fd: typeof jobFd,
  inventory: Inventory,
  content: ContentReader,
  lost: (detail: string) => void,
): Promise<void> {
  // "-r .": without it the attributes of the root directory are left out.
  const command = ["sqfs2tar", "--root-becomes", ".", "/proc/self/fd/0"];
  if (existsSync(ionice)) command.unshift(ionice, "-c", "3");
  const child = execa(command[0]!, command.slice(1), {
    stdin: fd,
    encoding: "buffer",
    buffer: false,
    env: { LC_ALL: "C" },
  });
  const messages = collect(child.stderr);
  const ended = child.catch((error: unknown) => error);
  let broken: unknown;
  try {
    const reader = new TarReader(new ImageSink(inventory, content));
    for await (const chunk of child.stdout) reader.push(chunk as Buffer);
    reader.end();
  } catch (error) {
    broken = error;
    child.kill();
  }
  const result = await ended;
  // A child that was killed by us says nothing new; one that failed by itself is the cause of a cut archive.
  if (result instanceof ExecaError && !(broken !== undefined && result.isTerminated))
    throw failure(result, messages());
  if (broken !== undefined) throw broken;
  for (const line of await addSockets(fd, messages(), inventory)) lost(line);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (part: Buffer) => {
    text = (text + part.toString("latin1")).slice(0, messageLimit);
  });
  return () => text;
}

function failure(error: ExecaError, messages: string): SquashfsError {
  const because = Buffer.from(messages, "latin1").toString().trim().split("\n").at(-1);
  const isMissing = error.code === "ENOENT" || (because ?? "").startsWith("ionice: failed to execute");
  return new SquashfsError(
    isMissing
      ? "sqfs2tar, which reads squashfs files, is not installed: apt-get install squashfs-tools-ng"
      : `sqfs2tar could not read the squashfs: ${because || error.shortMessage}`,
    { cause: error },
  );
}
