import { mask } from "../../kernel/fanotify.ts";
import type { FileNotice } from "../../kernel/fanotify-parse.ts";
import { attributeOutput, type Writer } from "../process/attribution.ts";

/** Files open for writing at once that are remembered; beyond it one that is written for long is told of again. */
const mostBeingWritten = 10_000;

/**
 * Who wrote a file's content, which is not always who opened or closed it: a shell opens the file of a redirection, one
 * command or several write to it, and the shell is the last to close it; and whoever looks at /proc/PID/fd at that
 * moment can be the last to close it too. FAN_MODIFY tells who writes; who maps the file into its memory has no such
 * event, and is known by closing it.
 */
export class ContentWriters {
  /** The last to write to a file that is open, by the file's handle. */
  readonly #last = new Map<string, { pid: number; writer: Writer }>();
  /** What was closed in the window that began at `#window`: the kernel puts what it merges in the place of the first. */
  readonly #closed = new Set<string>();
  #window = -1;

  /** A file that is written for long is told of once, when that begins, and again when it is closed. */
  isMoreOfTheSame({ mask: bits, target, pid }: FileNotice): boolean {
    return (bits & mask.closeWrite) === 0 && this.#last.get(target)?.pid === pid;
  }

  /** @param actor whose event it is. @returns who wrote, where the event is one of writing. */
  of({ mask: bits, target, pid }: FileNotice, actor: Writer, from: number, to: number): Writer {
    if ((bits & (mask.closeWrite | mask.modify)) === 0) return actor;
    const writer = attributeOutput(this.#writes(bits, target, actor), target, to);
    if (from !== this.#window) this.#closed.clear();
    this.#window = from;
    if ((bits & mask.closeWrite) !== 0) {
      this.#last.delete(target);
      this.#closed.add(target);
    } else if (!this.#closed.has(target)) {
      if (this.#last.size >= mostBeingWritten) this.#last.clear();
      this.#last.set(target, { pid, writer });
    }
    return writer;
  }

  #writes(bits: number, target: string, actor: Writer): Writer {
    const last = (bits & mask.modify) === 0 ? this.#last.get(target)?.writer : undefined;
    if (last === undefined || last.process === actor.process) return actor;
    return isOfBuild(last) || !isOfBuild(actor) ? last : actor;
  }
}

function isOfBuild({ process }: Writer): boolean {
  return process !== undefined && !process.outside && !process.own;
}
