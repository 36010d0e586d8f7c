/** Whether texts are in ascending order: of their bytes, or as people sort, without regard to case and punctuation. */
export function isSorted(texts: readonly string[]): boolean {
  return isAscending(texts) || isAscending(texts.map(folded));
}

function folded(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Also in descending order: somebody has sorted it. */
function isAscending(texts: readonly string[]): boolean {
  let [up, down] = [true, true];
  for (let i = 1; i < texts.length; i++) {
    if (texts[i]! < texts[i - 1]!) up = false;
    if (texts[i]! > texts[i - 1]!) down = false;
  }
  return up || down;
}

/** Fewer entries than that are in any order too often by chance: four in ascending or descending order once in twelve times. */
export const fewestEntries = 4;

/** Whether the entries of some directory are in no order, as a directory gives them. Paths, in the order in which they stand. */
export function isInDirectoryOrder(paths: readonly string[]): boolean {
  const byDirectory = new Map<string, string[]>();
  for (const path of paths) {
    const plain = path.endsWith("/") ? path.slice(0, -1) : path;
    const at = plain.lastIndexOf("/");
    const siblings = byDirectory.get(plain.slice(0, at + 1));
    if (siblings === undefined) byDirectory.set(plain.slice(0, at + 1), [plain.slice(at + 1)]);
    else siblings.push(plain.slice(at + 1));
  }
  for (const siblings of byDirectory.values()) {
    if (siblings.length >= fewestEntries && !isSorted(siblings)) return true;
  }
  return false;
}
