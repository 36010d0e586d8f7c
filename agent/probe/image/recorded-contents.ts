import type { Event } from "../../../proto/events.ts";
import type { RecordedContent } from "./contents/recorded.ts";

export interface ContentsOutput {
  emit(event: Event): void;
  /** Microseconds of CLOCK_BOOTTIME, whole. */
  time(): number;
}

/** The contents of a recording's images: each is recorded once. */
export class RecordedContents {
  readonly #out: ContentsOutput;
  /** By digest, whether more of it can come: a later image may have had budget left. */
  readonly #canGrow = new Map<string, boolean>();

  constructor(out: ContentsOutput) {
    this.#out = out;
  }

  record(contents: readonly RecordedContent[]): void {
    for (const { sha256, size, data, omitted } of contents) {
      const isLeftOut = omitted === "budget";
      const canGrow = this.#canGrow.get(sha256);
      if (canGrow === false || (canGrow === true && isLeftOut)) continue;
      this.#canGrow.set(sha256, isLeftOut);
      this.#out.emit({
        kind: "content",
        time: this.#out.time(),
        sha256: Buffer.from(sha256, "latin1"),
        size,
        data,
        omitted,
      });
    }
  }
}
