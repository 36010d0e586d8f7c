import type { Build } from "../../model/build.ts";
import { type Material, materialOf } from "../../report/report.ts";
import type { Evidence, Question } from "./evidence.ts";
import { type State, stateOf } from "./state.ts";
import { Witness } from "./witness.ts";

/** One of two builds that are compared: its state first, then what is known of the paths that turned out to differ. */
export interface Side {
  readonly state: State;
  evidence(questions: readonly Question[]): Promise<Evidence[]> | Evidence[];
}

/** A build of this thread. */
export function sideOf(build: Build): Side {
  return sideOfMaterial(materialOf(build));
}

export function sideOfMaterial(material: Material): Side {
  return {
    state: stateOf(material),
    evidence: (questions) => {
      const witness = new Witness(material);
      return questions.map((question) => witness.of(question));
    },
  };
}
