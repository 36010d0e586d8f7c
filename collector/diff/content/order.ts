/** Whether two lists have the same items, each as often, in another order. */
export function isPermutation(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length || a.length < 2) return false;
  const counts = new Map<string, number>();
  for (const item of a) counts.set(item, (counts.get(item) ?? 0) + 1);
  for (const item of b) {
    const left = counts.get(item) ?? 0;
    if (left === 0) return false;
    counts.set(item, left - 1);
  }
  return a.some((item, i) => item !== b[i]);
}

/** The first place from which on the items that each list has once, and both have, follow in another order. */
export function firstMoved(a: readonly string[], b: readonly string[]): string | undefined {
  const [inA, inB] = [once(a), once(b)];
  const orderA = a.filter((item) => inA.has(item) && inB.has(item));
  const orderB = b.filter((item) => inA.has(item) && inB.has(item));
  return orderA.find((item, i) => item !== orderB[i]);
}

function once(items: readonly string[]): Set<string> {
  const [found, repeated] = [new Set<string>(), new Set<string>()];
  for (const item of items) (found.has(item) ? repeated : found).add(item);
  for (const item of repeated) found.delete(item);
  return found;
}
