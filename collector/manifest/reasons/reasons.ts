import type { Build, PackageRecord } from "../../model/build.ts";
import type { Directory } from "../../model/item.ts";
import { lineage } from "../../story/versions.ts";
import { architectureOf, knownArchitectures } from "../architectures.ts";
import type { Configured } from "../configured.ts";
import { aptConfPath, aptSettings } from "../runs/apt-conf.ts";
import { endOf, type Run, type Runs } from "../runs/run.ts";
import { chainOf, reach } from "./chains.ts";
import { Graph, type Relation } from "./graph.ts";
import { Controls, type Node } from "./node.ts";
import { listsNaming, type PackageList, packageListsOf } from "./package-lists.ts";
import { relationsOf } from "./relations.ts";
import { type Cause, type Roots, rootsOf } from "./roots.ts";

/** Why a package is there. */
export interface Reason {
  /**
   * requested: named on the command line of its run; dependency: wanted by another of the same run; bootstrap: chosen by
   * debootstrap, or wanted by what it chose; upgrade: was there, and a newer version came; local: a package's file was
   * named; unknown: nothing that was recorded tells.
   */
  readonly kind: "requested" | "dependency" | "bootstrap" | "upgrade" | "local" | "unknown";
  /**
   * What decided, for the package itself or for the one at the end of `of`: the word on the command line, the name of the
   * file, the verb (`dist-upgrade`), or for a bootstrap `essential`, `required`, `important`, `--include`, or the
   * program where it chose by itself. Empty if it is not known.
   */
  readonly by: string;
  /** live-build's package lists that have this word; in byte order. */
  readonly lists: readonly string[];
  /** From the package that wants this one up to the one that was chosen; empty if it was chosen itself. */
  readonly of: readonly { readonly package: string; readonly relation: Relation }[];
}

export const unknownReason: Reason = { kind: "unknown", by: "", lists: [], of: [] };

/** Why each package came, by the run that brought it. */
export class Reasons {
  readonly #build: Build;
  readonly #runs: Runs;
  readonly #configured: Configured;
  readonly #lists: readonly PackageList[];
  readonly #controls: Controls;
  readonly #architectures: Map<string, Set<string>>;
  readonly #earliest = new Map<Directory | undefined, Map<string, number>>();
  readonly #byVersion = new Map<string, PackageRecord[]>();
  readonly #byRun = new Map<Run, Map<string, Reason>>();

  constructor(build: Build, runs: Runs, configured: Configured) {
    this.#build = build;
    this.#runs = runs;
    this.#configured = configured;
    this.#lists = packageListsOf(configured);
    this.#controls = new Controls(build.packages);
    this.#architectures = knownArchitectures(build.packages);
  }

  /** Why a package came by an event. */
  of(record: PackageRecord): Reason {
    const run = this.#runs.of(record) ?? this.#runs.of(this.#original(record) ?? record);
    if (run === undefined) return unknownReason;
    let reasons = this.#byRun.get(run);
    if (reasons === undefined) {
      reasons = this.#reasonsOf(run);
      this.#byRun.set(run, reasons);
    }
    return reasons.get(this.#keyOf(record)) ?? unknownReason;
  }

  /** How a package that is only there, since its system is a copy, came into the original. */
  #original(record: PackageRecord): PackageRecord | undefined {
    if (record.event.action !== "present") return undefined;
    if (this.#byVersion.size === 0) {
      for (const each of this.#build.packages) {
        const known = this.#byVersion.get(this.#keyOf(each));
        if (this.#runs.of(each) === undefined) continue;
        if (known === undefined) this.#byVersion.set(this.#keyOf(each), [each]);
        else known.push(each);
      }
    }
    const systems = lineage(record.root);
    return this.#byVersion.get(this.#keyOf(record))?.find(({ root }) => systems.includes(root));
  }

  #reasonsOf(run: Run): Map<string, Reason> {
    const nodes = new Map<string, Node>();
    for (const record of run.records) {
      const { event } = record;
      if (event.action === "source" || nodes.has(this.#keyOf(record))) continue;
      const architecture = architectureOf(event, this.#architectures);
      const { name, version } = event;
      nodes.set(this.#keyOf(record), { name, version, architecture, control: this.#controls.of(event) });
    }
    // A run is made for its first record.
    const { root, event } = run.records[0]!;
    const graph = new Graph([...nodes.values()], (name) => this.#wasThere(name, root, event.time));
    const { installRecommends } = aptSettings(this.#configured.ofSystem(root, endOf(run), aptConfPath));
    const reasons = explain(rootsOf(run, graph, installRecommends), graph, run.script, this.#lists);
    return new Map([...nodes].map(([key, node]) => [key, reasons.get(node) ?? unknownReason]));
  }

  /** Whether a package of that name, or one that provides it, came into a system before. */
  #wasThere(name: string, root: Directory | undefined, before: number): boolean {
    if (this.#earliest.size === 0) this.#noteEarliest();
    return lineage(root).some((system) => {
      const first = this.#earliest.get(system)?.get(name);
      return first !== undefined && first < before;
    });
  }

  #noteEarliest(): void {
    for (const { root, event } of this.#build.packages) {
      let names = this.#earliest.get(root);
      if (names === undefined) {
        names = new Map();
        this.#earliest.set(root, names);
      }
      const provided = relationsOf(this.#controls.of(event).provides).map(([each]) => each!.name);
      for (const name of [event.name, ...provided]) if (!names.has(name)) names.set(name, event.time);
    }
  }

  #keyOf({ event }: PackageRecord): string {
    return `${event.name}\0${event.version}\0${architectureOf(event, this.#architectures)}`;
  }
}

/** The reason of everything that a run brought. */
function explain(
  { causes, others, withRecommends }: Roots,
  graph: Graph,
  script: string | null,
  lists: readonly PackageList[],
): Map<Node, Reason> {
  const all = new Map(causes);
  const reached = reach(graph, [...causes.keys()], withRecommends);
  if (others !== undefined) {
    for (const node of tops(graph, reached)) {
      all.set(node, others);
      reach(graph, [node], withRecommends, reached);
    }
    // What is left wants itself, in a circle.
    for (const node of graph.nodes) {
      if (reached.has(node)) continue;
      all.set(node, others);
      reach(graph, [node], withRecommends, reached);
    }
  }
  const reasons = new Map<Node, Reason>();
  for (const node of reached.keys()) {
    const of = chainOf(reached, node).map((each) => ({ package: each.node.name, relation: each.relation }));
    const chosen = chainOf(reached, node).at(-1)?.node ?? node;
    const cause = all.get(chosen)!;
    reasons.set(node, {
      kind: kindOf(cause, of.length > 0),
      by: cause.by,
      lists: cause.kind === "requested" ? listsNaming(lists, cause.by, script) : [],
      of,
    });
  }
  return reasons;
}

/** Those of the packages not reached that none of the others wants. */
function tops(graph: Graph, reached: ReadonlyMap<Node, unknown>): Node[] {
  const rest = graph.nodes.filter((node) => !reached.has(node));
  const wanted = new Set(rest.flatMap((node) => graph.edges(node).map(({ to }) => to)));
  return rest.filter((node) => !wanted.has(node));
}

function kindOf(cause: Cause, isWanted: boolean): Reason["kind"] {
  return isWanted && cause.kind !== "bootstrap" ? "dependency" : cause.kind;
}
