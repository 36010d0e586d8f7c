import type { Graph, Relation } from "./graph.ts";
import { type Node, nodeOrder } from "./node.ts";

/** How a package was reached from one that was asked for. */
export interface Reached {
  readonly node: Node;
  /** undefined: it was asked for itself. */
  readonly from: { readonly node: Node; readonly relation: Relation } | undefined;
  readonly recommends: number;
  readonly length: number;
}

const strength: readonly Relation[] = ["Pre-Depends", "Depends", "Recommends"];

/**
 * Follows what packages want from those in `roots`: the chain with the fewest recommendations in it, then the
 * shortest, then the first in byte order. What only was recommended is reached last: one that is needed as well would
 * be there without the recommendation.
 *
 * @param reached what was reached before; it is added to.
 */
export function reach(
  graph: Graph,
  roots: readonly Node[],
  withRecommends: boolean,
  reached: Map<Node, Reached> = new Map(),
): Map<Node, Reached> {
  const waiting = new Waiting();
  for (const node of roots) waiting.add({ node, from: undefined, recommends: 0, length: 0 });
  // A cost grows by a step or by a recommendation and a step: what waits at the least cost is settled together.
  for (let least = waiting.take(); least.length > 0; least = waiting.take()) {
    for (const each of least.sort(order)) {
      if (reached.has(each.node)) continue;
      reached.set(each.node, each);
      for (const { to, relation } of graph.edges(each.node)) {
        const isRecommended = relation === "Recommends";
        if (reached.has(to) || (isRecommended && !withRecommends)) continue;
        waiting.add({
          node: to,
          from: { node: each.node, relation },
          recommends: each.recommends + (isRecommended ? 1 : 0),
          length: each.length + 1,
        });
      }
    }
  }
  return reached;
}

/** From whoever wants a package to the one that was asked for. */
export function chainOf(reached: ReadonlyMap<Node, Reached>, node: Node): NonNullable<Reached["from"]>[] {
  const chain: NonNullable<Reached["from"]>[] = [];
  for (let at = reached.get(node)?.from; at !== undefined; at = reached.get(at.node)?.from) chain.push(at);
  return chain;
}

/** By how many recommendations, then by length. */
class Waiting {
  readonly #waiting: (Map<number, Reached[]> | undefined)[] = [];
  #least = 0;

  add(each: Reached): void {
    this.#waiting[each.recommends] ??= new Map();
    const ofCost = this.#waiting[each.recommends]!;
    const known = ofCost.get(each.length);
    if (known === undefined) ofCost.set(each.length, [each]);
    else known.push(each);
  }

  /** What has the least cost; empty if nothing waits. */
  take(): Reached[] {
    for (; this.#least < this.#waiting.length; this.#least++) {
      const ofCost = this.#waiting[this.#least];
      if (ofCost === undefined || ofCost.size === 0) continue;
      const length = [...ofCost.keys()].reduce((a, b) => Math.min(a, b));
      const found = ofCost.get(length)!;
      ofCost.delete(length);
      return found;
    }
    return [];
  }
}

function order(a: Reached, b: Reached): number {
  const byNode = nodeOrder(a.node, b.node);
  if (byNode !== 0 || a.from === undefined || b.from === undefined) return byNode;
  const byStrength = strength.indexOf(a.from.relation) - strength.indexOf(b.from.relation);
  return byStrength || nodeOrder(a.from.node, b.from.node);
}
