import type { ImageEntry } from "../model/image.ts";
import type { Writer } from "../story/writers.ts";
import type { Budget } from "./containers/budget.ts";
import type { Relative } from "./family.ts";

/** A file that the build made or changed, as detectors see it; or a member of one that is a container. */
export interface Subject {
  /** Of the file, and then of the members that lead to this one. Byte strings. */
  readonly path: string;
  readonly within: readonly string[];
  /** Undefined for a member. */
  readonly entry: ImageEntry | undefined;
  /** The content, or its beginning; undefined if it is not known. */
  readonly content: Buffer | undefined;
  /** Whether `content` is all of it. */
  readonly isWhole: boolean;
  /** Why the content, or its rest, is not examined; "" if all of it is. Plain text. */
  readonly problem: string;
  /** The content was not recorded since it is a secret. */
  readonly isSecret: boolean;
  /** Who wrote the file, newest first. */
  readonly writers: readonly Writer[];
  /** The writers' processes and those that took part in what they wrote. */
  readonly family: readonly Relative[];
  /** The writer's environment, as far as it is known (see `environment.ts`). */
  readonly variables: ReadonlyMap<string, string>;
  /** What may still be taken out of the containers of this file. */
  readonly budget: Budget;
}
