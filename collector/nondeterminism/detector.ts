import type { Facts } from "./facts.ts";
import type { Observation } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** Looks for one kind of thing in one file. Bounded in time and memory by the size of the content. */
export interface Detector {
  readonly name: string;
  examine(subject: Subject, facts: Facts): Iterable<Observation>;
}
