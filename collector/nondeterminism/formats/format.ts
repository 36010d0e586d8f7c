import type { Paint } from "../../why/text.ts";
import type { FindingsReport } from "./report.ts";

export interface Options {
  readonly paint: Paint;
  /**
   * Without what is of this build alone: its id, the bytes that were found and their meaning, and the commands, which
   * may have temporary names. Two builds that give the same image then give the same report.
   */
  readonly isStable: boolean;
  /** Everything, where a format would otherwise keep to a screen. */
  readonly isFull: boolean;
}

/** A form in which `isotrace findings` prints. The same recording gives the same text. */
export interface FindingsFormat {
  /** Of `--format`. */
  readonly name: string;
  readonly print: (report: FindingsReport, options: Options) => string;
}
