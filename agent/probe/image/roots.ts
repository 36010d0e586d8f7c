import { type DirectoryNode, pathOf } from "../file/tree.ts";

/**
 * Which of the systems that a build leaves are read, the likeliest to be the image last: of live-build's cache only
 * when there is nothing else, then builders' systems, then `chroot`, then what lies below `binary`.
 */
export function rootsToRead(roots: readonly DirectoryNode[]): DirectoryNode[] {
  const ranked = roots
    .map((root) => ({ root, path: pathOf(root) }))
    .filter((each) => each.path !== undefined)
    .map(({ root, path }) => ({ root, path: path!, rank: rankOf(path!) }));
  const best = Math.max(...ranked.map(({ rank }) => rank));
  return ranked
    .filter(({ rank }) => rank > 0 || best === 0)
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1))
    .map(({ root }) => root);
}

function rankOf(path: string): number {
  const [first] = path.split("/");
  if (first === "cache") return 0;
  if (first === "binary") return 3;
  return path === "chroot" ? 2 : 1;
}
