import type { Inventory } from "./inventory.ts";

/** The attributes in which two inventories differ, by path; `existence` where only one has the path. */
export type Differences = ReadonlyMap<string, readonly string[]>;

export function differences(a: Inventory, b: Inventory): Differences {
  const found = new Map<string, string[]>();
  for (const path of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(path), b.get(path)];
    const of =
      x === undefined || y === undefined
        ? ["existence"]
        : Object.keys(x).filter((name) => x[name] !== y[name]);
    if (of.length > 0) found.set(path, of);
  }
  return found;
}

/** What differs in `found` but not in `natural`, which two builds of the same kind differ in anyway. */
export function beyond(found: Differences, natural: Differences): Differences {
  const rest = new Map<string, string[]>();
  for (const [path, attributes] of found) {
    const other = attributes.filter((name) => natural.get(path)?.includes(name) !== true);
    if (other.length > 0) rest.set(path, other);
  }
  return rest;
}
