import { fstatSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { enterRoot } from "../../kernel/chroot.ts";
import { ContentReader } from "./content.ts";
import { describeImage } from "./describe.ts";
import { readDirectoryTree } from "./directory.ts";
import type { ImageEntry } from "./entry.ts";
import { digest } from "./file-content.ts";
import { Inventory } from "./inventory.ts";
import { type FromReader, type Job, jobFd } from "./protocol.ts";
import { readSquashfs } from "./squashfs.ts";

/** Entries of one message: it is taken whole by the recorder, which must not be kept from its work. */
const batchSize = 256;

/** A process that reads one image and ends: what it reads can be hostile, and takes time and memory. */
function main(): void {
  giveWay();
  process.once("message", (job: Job) => {
    read(job)
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

async function read(job: Job): Promise<void> {
  switch (job.kind) {
    case "squashfs": {
      const inventory = new Inventory();
      const content = new ContentReader(true);
      const lost: string[] = [];
      await readSquashfs(jobFd, inventory, content, (detail) => lost.push(detail));
      for (const detail of lost) await tell({ kind: "lost", detail });
      return send(inventory, content, "");
    }
    case "directory": {
      enterRoot(jobFd);
      const inventory = new Inventory();
      const content = new ContentReader(job.packages);
      readDirectoryTree(inventory, content);
      return send(inventory, content, job.prefix);
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

async function send(inventory: Inventory, content: ContentReader, prefix: string): Promise<void> {
  let batch: ImageEntry[] = [];
  for (const entry of describeImage(inventory, content)) {
    if (prefix !== "") entry.path = entry.path === "/" ? prefix : prefix + entry.path;
    batch.push(entry);
    if (batch.length < batchSize) continue;
    await tell({ kind: "entries", entries: batch });
    batch = [];
  }
  if (batch.length > 0) await tell({ kind: "entries", entries: batch });
  await tell({ kind: "done", size: 0, sha256: "" });
}

/** Sends, and waits until the channel has taken it: a recorder that is busy holds the reader up, not the memory. */
function tell(message: FromReader): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) return reject(new Error("the reader of images is started by a recorder"));
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

main();
