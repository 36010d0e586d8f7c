import { fstatSync } from "node:fs";
import { bootMicroseconds } from "../../kernel/clock.ts";
import type { ExecEvent } from "../../kernel/events.ts";
import { markProgram } from "../../kernel/fanotify.ts";
import { type HandleKey, handleOfFd } from "../../kernel/handles.ts";
import { close, O_DIRECTORY, O_PATH, open, SystemError } from "../../kernel/libc.ts";
import { openInRoot } from "../../kernel/open-in-root.ts";
import { basename } from "./seed.ts";

/** Programs that get a mark of their own: a build runs some hundreds. */
const mostMarked = 10_000;

/**
 * Whether the kernel tells of a program being opened to be executed, which puts an exec in order with its process's file
 * events. Where the file system that it lies on could not be marked (overlayfs, a subvolume of btrfs), the program is,
 * when it is first executed.
 */
export class Programs {
  readonly #group: number;
  readonly #devices: ReadonlySet<number>;
  /** Since when each program has its mark (CLOCK_BOOTTIME, µs). */
  readonly #marked = new Map<string, number>();
  readonly #names = new Map<HandleKey, string>();

  /**
   * @param group of fanotify; -1 without: then nothing is told of.
   * @param devices numbers of the file systems that are marked, as stat(2) gives them.
   */
  constructor(group: number, devices: readonly number[]) {
    this.#group = group;
    this.#devices = new Set(devices);
  }

  /** Whether the opening for this exec was told of. */
  tells(event: ExecEvent): boolean {
    const { device, inode } = event.executableIdentity;
    if (this.#devices.has(device)) return true;
    const key = `${device}:${inode}`;
    const since = this.#marked.get(key);
    if (since !== undefined) return event.time > since;
    if (this.#group >= 0 && this.#marked.size < mostMarked) this.#mark(event, key);
    return false;
  }

  /** The name of a program that has a mark of its own: events do not tell it. */
  nameOf(handle: HandleKey): string {
    return this.#names.get(handle) ?? "";
  }

  #mark(event: ExecEvent, key: string): void {
    for (const opener of openers) {
      let fd: number;
      try {
        fd = opener(event);
      } catch (error) {
        if (error instanceof SystemError) continue; // the process has ended, and its file may be gone
        throw error;
      }
      try {
        if (fstatSync(fd).ino !== event.executableIdentity.inode) continue;
        markProgram(this.#group, fd);
        this.#marked.set(key, bootMicroseconds());
        this.#names.set(handleOfFd(fd), basename(event.executable.path));
        return;
      } catch (error) {
        if (!(error instanceof SystemError)) throw error; // no mark on this file system: its programs have no order
      } finally {
        close(fd);
      }
    }
  }
}

/** By the process itself, or by the path in the root of its parent, which mostly lives longer. */
const openers: readonly ((event: ExecEvent) => number)[] = [
  ({ pid }) => open(`/proc/${pid}/exe`, O_PATH),
  ({ parent, executable }) => {
    const root = open(`/proc/${parent}/root`, O_PATH | O_DIRECTORY);
    try {
      return openInRoot(root, executable.path, O_PATH);
    } finally {
      close(root);
    }
  },
];
