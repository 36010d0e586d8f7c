import type { Event } from "../../../proto/events.ts";
import type { RecordedContent } from "./contents/recorded.ts";

export interface ContentsOutput {
  emit(event: Event): void;
  /** Microseconds of CLOCK_BOOTTIME, whole. */
  time(): number;
}

/**
 * Bytes of contents after which young memory is collected. Each passes through several buffers outside of the heap, and V8 waits
 * for 64 MB of them: half of what the recorder may use.
 */
const collectedBytes = 2 << 20;

/** The contents of a recording's images: each is recorded once. */
export class RecordedContents {
  readonly #out: ContentsOutput;
  /** By digest, whether more of it can come: a later image may have had budget left. */
  readonly #canGrow = new Map<string, boolean>();
  #uncollected = 0;

  constructor(out: ContentsOutput) {
    this.#out = out;
  }

  record(contents: readonly RecordedContent[]): void {
    for (const { sha256, size, data, omitted } of contents) {
      this.#uncollected += data.length;
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
    if (this.#uncollected < collectedBytes) return;
    this.#uncollected = 0;
    globalThis.gc?.({ type: "minor" });
  }
}
