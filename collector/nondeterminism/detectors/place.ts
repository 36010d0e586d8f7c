import type { Place } from "../finding.ts";
import type { Subject } from "../subject.ts";
import { isText, Lines } from "../values/text.ts";

const mostBytes = 64;

/** Makes places in one content; asked for them in ascending order it counts the lines once. */
export class Places {
  readonly #subject: Subject;
  readonly #content: Buffer;
  readonly #lines: Lines | undefined;

  constructor(subject: Subject, content: Buffer) {
    this.#subject = subject;
    this.#content = content;
    this.#lines = isText(content) ? new Lines(content) : undefined;
  }

  /** @param meaning plain text */
  at(offset: number, length: number, meaning: string): Place {
    return {
      within: this.#subject.within,
      offset,
      line: this.#lines?.at(offset),
      bytes: this.#content.toString("latin1", offset, offset + Math.min(length, mostBytes)),
      meaning,
    };
  }
}
