import type { PackageRecord } from "../../model/build.ts";
import { byteOrder } from "../build-manifest.ts";
import { Graph } from "../reasons/graph.ts";
import { type Control, Controls, type Node } from "../reasons/node.ts";
import { places } from "../used-packages.ts";
import type { Listed } from "./manifest.ts";

/** Each package with those that it depends on, in the systems that both stood in. Recommended ones do not count. */
export function withDependencies(packages: readonly Listed[], records: readonly PackageRecord[]): Listed[] {
  const controls = new Controls(records);
  const dependsOn = new Map<Listed, Set<string>>();
  for (const place of places) {
    const listed = packages.filter(({ where, isSource }) => !isSource && where.includes(place));
    const nodes = new Map<Node, Listed>(listed.map((each) => [nodeOf(each, controls.of(each)), each]));
    const graph = new Graph([...nodes.keys()], () => false);
    for (const [node, each] of nodes) {
      if (!isKnown(node.control)) continue;
      const found = dependsOn.get(each) ?? new Set<string>();
      dependsOn.set(each, found);
      for (const { to, relation } of graph.edges(node)) {
        if (relation !== "Recommends" && to !== node) found.add(nodes.get(to)!.purl);
      }
    }
  }
  return packages.map((each) => {
    const found = dependsOn.get(each);
    return found === undefined ? each : { ...each, dependsOn: [...found].sort(byteOrder) };
  });
}

function nodeOf({ name, version, architecture }: Listed, control: Control): Node {
  return { name, version, architecture, control };
}

/** Every package has a priority, so one without any of these is one whose fields were not seen. */
function isKnown({ priority, depends, preDepends, provides }: Control): boolean {
  return priority !== "" || depends !== "" || preDepends !== "" || provides !== "";
}
