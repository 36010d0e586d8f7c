import { type Node, nodeOrder } from "./node.ts";
import { type Alternative, relationsOf } from "./relations.ts";

export type Relation = "Pre-Depends" | "Depends" | "Recommends";

/** That one package wants another. */
export interface Edge {
  readonly to: Node;
  readonly relation: Relation;
}

/** Which of the packages that came together want which. */
export class Graph {
  readonly nodes: readonly Node[];
  readonly #byName = new Map<string, Node[]>();
  readonly #byProvided = new Map<string, Node[]>();
  readonly #wasThere: (name: string) => boolean;

  /** @param wasThere whether a package of that name, or one that provides it, was there before. */
  constructor(nodes: readonly Node[], wasThere: (name: string) => boolean) {
    this.nodes = [...nodes].sort(nodeOrder);
    this.#wasThere = wasThere;
    for (const node of this.nodes) {
      push(this.#byName, node.name, node);
      for (const [provided] of relationsOf(node.control.provides))
        push(this.#byProvided, provided!.name, node);
    }
  }

  named(name: string): readonly Node[] {
    return this.#byName.get(name) ?? [];
  }

  /** What a package wants of those that came with it: what it needs first, then what it recommends. */
  edges(node: Node): Edge[] {
    const { preDepends, depends, recommends } = node.control;
    return [
      ...this.#wanted(node, preDepends, "Pre-Depends"),
      ...this.#wanted(node, depends, "Depends"),
      ...this.#wanted(node, recommends, "Recommends"),
    ];
  }

  #wanted(node: Node, field: string, relation: Relation): Edge[] {
    if (field === "") return [];
    return relationsOf(field).flatMap((alternatives) => {
      // The first that is there is the one that satisfies it: a later one may have come for something else.
      for (const alternative of alternatives) {
        const found = this.#satisfying(node, alternative);
        if (found.length > 0) return found.map((to) => ({ to, relation }));
        if (this.#wasThere(alternative.name)) return [];
      }
      return [];
    });
  }

  #satisfying(node: Node, { name, architecture }: Alternative): readonly Node[] {
    const real = ofArchitecture(this.named(name), node, architecture);
    return real.length > 0 ? real : ofArchitecture(this.#byProvided.get(name) ?? [], node, architecture);
  }
}

/** Of several architectures the one that was asked for, else the package's own, else any (Multi-Arch: foreign). */
function ofArchitecture(found: readonly Node[], from: Node, wanted: string): readonly Node[] {
  if (found.length < 2) return found;
  const own = wanted === "" || wanted === "native" || wanted === "any" ? from.architecture : wanted;
  const same = found.filter(({ architecture }) => architecture === own);
  const all = found.filter(({ architecture }) => architecture === "all");
  const best = same.length > 0 ? same : all;
  return best.length > 0 ? best : found;
}

function push(map: Map<string, Node[]>, key: string, node: Node): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [node]);
  else list.push(node);
}
