import { once } from "node:events";
import { fstatSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { enterRoot } from "../../kernel/chroot.ts";
import { ContentReader, type Keep } from "./content.ts";
import { KeptContents } from "./contents/kept.ts";
import { type RecordedContent, recordedContents } from "./contents/recorded.ts";
import { ShippedFiles } from "./contents/shipped.ts";
import { describeImage } from "./describe.ts";
import { readDirectoryDatabase, readDirectoryTree } from "./directory.ts";
import type { DpkgDatabase } from "./dpkg/owners.ts";
import type { ImageEntry } from "./entry.ts";
import { digest } from "./file-content.ts";
import { readAgain } from "./in-tree.ts";
import { Inventory } from "./inventory.ts";
import { membersOf } from "./members/members.ts";
import { type FromReader, type Job, jobFd, type ToReader } from "./protocol.ts";
import { readSquashfs, readSquashfsDatabase, readSquashfsFile } from "./squashfs.ts";

/** Entries of one message, and bytes of contents: it is taken whole by the recorder, which must not be kept from its work. */
const entriesOfMessage = 256;
const bytesOfMessage = 128 << 10;

/** A process that reads one image and ends: what it reads can be hostile, and takes time and memory. */
function main(): void {
  giveWay();
  process.once("message", (message: ToReader) => {
    if (message.kind !== "job") return;
    read(message.job, new Set(message.known))
      .catch((error: unknown) =>
        tell({ kind: "failed", because: error instanceof Error ? error.message : String(error) }),
      )
      .then(() => process.disconnect());
  });
  // Without the recorder there is nobody to read for.
  process.once("disconnect", () => process.exit());
}

/** The build comes first. */
function giveWay(): void {
  setPriority(constants.priority.PRIORITY_LOW);
  try {
    // Between sessions the scheduler looks at this instead, where it groups by session (sched(7), "autogroup").
    writeFileSync("/proc/self/autogroup", "19");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EACCES" && code !== "EPERM" && code !== "EROFS") throw error;
  }
}

async function read(job: Job, known: Set<string>): Promise<void> {
  switch (job.kind) {
    case "squashfs": {
      const reading = new Reading(await readSquashfsDatabase(jobFd), true);
      const lost: string[] = [];
      await readSquashfs(jobFd, reading.inventory, reading.content, (detail) => lost.push(detail));
      for (const detail of lost) await tell({ kind: "lost", detail });
      return send(reading, "", known, (path) => readSquashfsFile(jobFd, path));
    }
    case "directory": {
      enterRoot(jobFd);
      const reading = new Reading(job.packages ? readDirectoryDatabase() : new Map(), job.packages);
      readDirectoryTree(reading.inventory, reading.content);
      return send(reading, job.prefix, known, readAgain);
    }
    case "file": {
      const { size } = fstatSync(jobFd);
      const read = digest(jobFd, "", size, new ContentReader(false));
      if (read.size !== size) throw new Error("its size changed while it was read");
      return tell({ kind: "done", size, sha256: read.digests.sha256 });
    }
    default:
      job satisfies never;
  }
}

/** What is found of an image while it is read. */
class Reading {
  readonly inventory = new Inventory();
  readonly kept = new KeptContents();
  readonly content: ContentReader;

  constructor(database: DpkgDatabase, withMd5: boolean) {
    const shipped = new ShippedFiles(database);
    const keep: Keep = (path, { sha256, md5 }, size, data) => {
      if (!shipped.has(path, md5)) this.kept.add(path, sha256, size, data);
    };
    this.content = new ContentReader(withMd5, keep);
  }
}

async function send(
  { inventory, content, kept }: Reading,
  prefix: string,
  known: Set<string>,
  readAgain: (path: string, sha256: string) => AsyncIterable<Buffer>,
): Promise<void> {
  const entries = [...describeImage(inventory, content)];
  for (const entry of entries) {
    if (prefix !== "") entry.path = entry.path === "/" ? prefix : prefix + entry.path;
  }
  const open = ({ path, sha256 }: ImageEntry) => readAgain(path.slice(prefix.length), sha256);
  const before = new Set(known);
  entries.push(...(await membersOf(entries, { open, known }, kept)));
  for (let i = 0; i < entries.length; i += entriesOfMessage)
    await tell({ kind: "entries", entries: entries.slice(i, i + entriesOfMessage) });
  for (const sha256 of known) if (!before.has(sha256)) await tell({ kind: "known", sha256 });
  await sendContents(recordedContents(entries, kept.settled()));
  await tell({ kind: "done", size: 0, sha256: "" });
}

/** One message at a time: the recorder asks for the next when it has done its other work. */
async function sendContents(contents: Iterable<RecordedContent>): Promise<void> {
  let batch: RecordedContent[] = [];
  let bytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const more = once(process, "message");
    await tell({ kind: "contents", contents: batch });
    await more;
    batch = [];
    bytes = 0;
  };
  for (const content of contents) {
    batch.push(content);
    bytes += content.data.length;
    if (bytes >= bytesOfMessage || batch.length >= entriesOfMessage) await flush();
  }
  await flush();
}

/** Sends, and waits until the channel has taken it: a recorder that is busy holds the reader up, not the memory. */
function tell(message: FromReader): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) return reject(new Error("the reader of images is started by a recorder"));
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

main();
