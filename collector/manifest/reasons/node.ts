import type { PackageRecord } from "../../model/build.ts";
import { byteOrder } from "../build-manifest.ts";

/** A package's own control fields (deb-control(5)); empty where they are not known. */
export interface Control {
  priority: string;
  essential: boolean;
  preDepends: string;
  depends: string;
  recommends: string;
  provides: string;
}

/** A package that came by a run. */
export interface Node {
  readonly name: string;
  readonly version: string;
  /** Empty if it is not known. */
  readonly architecture: string;
  readonly control: Control;
}

/** What is known of each version's control fields, from whichever event, of whichever system, has them. */
export class Controls {
  readonly #known = new Map<string, Control>();

  constructor(records: readonly PackageRecord[]) {
    for (const { event } of records) {
      const key = keyOf(event);
      const known = this.#known.get(key);
      const { priority, essential, preDepends, depends, recommends, provides } = event;
      if (known === undefined) {
        this.#known.set(key, { priority, essential, preDepends, depends, recommends, provides });
        continue;
      }
      known.priority ||= priority;
      known.essential ||= essential;
      known.preDepends ||= preDepends;
      known.depends ||= depends;
      known.recommends ||= recommends;
      known.provides ||= provides;
    }
  }

  of(version: { readonly name: string; readonly version: string }): Control {
    return this.#known.get(keyOf(version)) ?? unknown;
  }
}

export function nodeOrder(a: Node, b: Node): number {
  return byteOrder(a.name, b.name) || byteOrder(a.architecture, b.architecture);
}

const unknown: Control = {
  priority: "",
  essential: false,
  preDepends: "",
  depends: "",
  recommends: "",
  provides: "",
};

// Without the architecture, which not every event knows.
function keyOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}\0${version}`;
}
