import type { Source } from "../../source.ts";
import type { Subject } from "../../subject.ts";

/** A time at a place where a format has one. */
export interface TimeField {
  readonly offset: number;
  readonly length: number;
  /** Microseconds since 1970, and to how many it is exact. */
  readonly time: number;
  readonly resolution: number;
  /** It is wall-clock time without a zone. */
  readonly isLocal?: boolean;
  /** What follows the time: `seconds, little endian, header of gzip`. Plain text. */
  readonly meaning: string;
  readonly source: Extract<Source, "timestamp" | "archive-metadata">;
}

/** A format that has times at known places. */
export interface TimeFormat {
  readonly name: string;
  /** Every time in a content of this format; none if it is of another. Bounded by the content's size. */
  fields(content: Buffer, subject: Subject): Iterable<TimeField>;
}

export const second = 1_000_000;
