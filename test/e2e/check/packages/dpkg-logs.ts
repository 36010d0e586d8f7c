import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

/** Where a system of live-build's stands while it is at work. */
const systems = ["chroot", "chroot.tmp", "chroot/chroot"];
/** live-build truncates the logs in a hook, and removes the builder's chroot, long after dpkg has written. */
const interval = 50;

interface Log {
  readonly fd: number;
  offset: number;
  text: string;
}

/**
 * Keeps what every dpkg writes into the logs of a build's systems, from beside: each log is held open, so that it is
 * read to its end wherever it is moved to.
 */
export class DpkgLogs {
  readonly #directory: string;
  readonly #logs = new Map<string, Log>();
  readonly #timer: NodeJS.Timeout;

  constructor(directory: string) {
    this.#directory = directory;
    this.#timer = setInterval(() => this.#look(), interval);
  }

  /** The logs' texts, in the order in which they appeared: the first is that of the image's own system. */
  close(): string[] {
    clearInterval(this.#timer);
    this.#look();
    for (const { fd } of this.#logs.values()) closeSync(fd);
    return [...this.#logs.values()].map(({ text }) => text);
  }

  #look(): void {
    for (const system of systems) this.#open(join(this.#directory, system, "var/log/dpkg.log"));
    for (const log of this.#logs.values()) read(log);
  }

  #open(path: string): void {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    const { dev, ino } = fstatSync(fd);
    const key = `${dev}:${ino}`;
    if (this.#logs.has(key)) closeSync(fd);
    else this.#logs.set(key, { fd, offset: 0, text: "" });
  }
}

function read(log: Log): void {
  const { size } = fstatSync(log.fd);
  if (size < log.offset) log.offset = 0;
  const buffer = Buffer.alloc(size - log.offset);
  const length = readSync(log.fd, buffer, 0, buffer.length, log.offset);
  log.offset += length;
  log.text += buffer.toString("latin1", 0, length);
}
