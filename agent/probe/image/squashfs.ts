import { existsSync } from "node:fs";
import { ExecaError, execa } from "execa";
import { ContentReader } from "./content.ts";
import type { DpkgDatabase } from "./dpkg/owners.ts";
import { ImageSink } from "./image-sink.ts";
import { Inventory, InventoryError } from "./inventory.ts";
import type { jobFd } from "./protocol.ts";
import { addSockets } from "./squashfs-sockets.ts";
import { TarReader, type TarSink } from "./tar.ts";
import { TarError } from "./tar-header.ts";

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
  const messages = await readTar(fd, ["--root-becomes", "."], new ImageSink(inventory, content));
  for (const line of await addSockets(fd, messages, inventory)) lost(line);
}

/**
 * The package database of a squashfs before the rest of it, empty if there is none. In the archive it comes late,
 * when everything that it tells of is past.
 */
export async function readSquashfsDatabase(fd: typeof jobFd): Promise<DpkgDatabase> {
  const content = new ContentReader(true);
  try {
    const options = ["--subdir", "var/lib/dpkg", "--keep-as-dir"];
    await readTar(fd, options, new ImageSink(new Inventory(), content));
  } catch (error) {
    // There is none, or the image cannot be read: then reading all of it says so.
    if (!(error instanceof SquashfsError || error instanceof TarError || error instanceof InventoryError))
      throw error;
    return new Map();
  }
  return content.database;
}

/** One file of a squashfs, by rdsquashfs (of the same package). @param path a byte string. @throws SquashfsError */
export async function* readSquashfsFile(fd: typeof jobFd, path: string): AsyncGenerator<Buffer> {
  const argument = Buffer.from(path, "latin1").toString();
  // A program's arguments go through UTF-8: a name that does not survive it cannot be asked for.
  if (Buffer.from(argument).toString("latin1") !== path)
    throw new SquashfsError(`${argument}: its name is not UTF-8, so that rdsquashfs cannot be asked for it`);
  const child = execa("rdsquashfs", ["--cat", argument, "/proc/self/fd/0"], {
    stdin: fd,
    encoding: "buffer",
    buffer: false,
    env: { LC_ALL: "C" },
  });
  const messages = collect(child.stderr);
  const ended = child.catch((error: unknown) => error);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const result = await ended;
    if (result instanceof ExecaError) throw failure("rdsquashfs", result, messages());
  } finally {
    child.kill();
    await ended;
  }
}

/** @returns what sqfs2tar says besides. */
async function readTar(fd: typeof jobFd, options: string[], sink: TarSink): Promise<string> {
  const command = ["sqfs2tar", ...options, "/proc/self/fd/0"];
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
    const reader = new TarReader(sink);
    for await (const chunk of child.stdout) reader.push(chunk as Buffer);
    reader.end();
  } catch (error) {
    broken = error;
    child.kill();
  }
  const result = await ended;
  // A child that was killed by us says nothing new; one that failed by itself is the cause of a cut archive.
  if (result instanceof ExecaError && !(broken !== undefined && result.isTerminated))
    throw failure("sqfs2tar", result, messages());
  if (broken !== undefined) throw broken;
  return messages();
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (part: Buffer) => {
    text = (text + part.toString("latin1")).slice(0, messageLimit);
  });
  return () => text;
}

function failure(program: string, error: ExecaError, messages: string): SquashfsError {
  const because = Buffer.from(messages, "latin1").toString().trim().split("\n").at(-1);
  const isMissing = error.code === "ENOENT" || (because ?? "").startsWith("ionice: failed to execute");
  return new SquashfsError(
    isMissing
      ? `${program}, which reads squashfs files, is not installed: apt-get install squashfs-tools-ng`
      : `${program} could not read the squashfs: ${because || error.shortMessage}`,
    { cause: error },
  );
}
