import type { IndexedBuild, LiveChange } from "./index-store.ts";
import { nameOf } from "./name.ts";

/** What is known of a build while it runs. */
export function liveBuild(change: LiveChange): IndexedBuild {
  const { key, id, labels, owner, begun, state, beginning, ending, script, lost, events, packages } = change;
  return {
    key,
    id,
    name: nameOf(labels, beginning?.directory ?? ""),
    host: beginning?.host ?? "",
    owner,
    labels,
    begun,
    state,
    problem: "",
    directory: beginning?.directory ?? "",
    command: beginning?.command ?? [],
    started: beginning?.started ?? null,
    ending: ending ?? null,
    complete: null,
    causes: [],
    script,
    lost,
    events,
    packages,
    files: 0,
    findings: 0,
    origins: [],
    isCut: false,
  };
}
