import type { DirectoryNode } from "../file/tree.ts";
import type { ExecFacts } from "../process/incarnation.ts";

export interface DirectoryLookup {
  nodeAt(absolutePath: Buffer): DirectoryNode | undefined;
  child(directory: DirectoryNode, name: string): DirectoryNode | undefined;
}

export type Packed = { kind: "known"; directory: DirectoryNode } | { kind: "unknown"; because: string };

/**
 * The directory that mksquashfs packed (mksquashfs(1): SOURCE... DESTINATION OPTION...).
 *
 * The packer has ended, and its root may have been another: live-build chroots into `chroot`, where `mksquashfs
 * chroot filesystem.squashfs` packs `chroot/chroot`. So its root is found from what is known: the directory that
 * DESTINATION lies in, as many levels up as DESTINATION is deep.
 *
 * @param directory where the squashfs was written.
 */
export function packedDirectory(facts: ExecFacts, directory: DirectoryNode, lookup: DirectoryLookup): Packed {
  const paths = packerPaths(facts);
  if (typeof paths === "string") return { kind: "unknown", because: paths };
  const climbed = climb(directory, split(paths.destination).slice(0, -1));
  const found =
    (climbed && descend(climbed, split(paths.source), lookup)) ??
    // A symlink on the way: without another root, the path can be asked for.
    (facts.root === 0 ? lookup.nodeAt(Buffer.from(paths.source, "latin1")) : undefined);
  return found === undefined
    ? { kind: "unknown", because: "the packer's source is not found below the build directory" }
    : { kind: "known", directory: found };
}

/** Both from the packer's root, or from its working directory if that is not known; or why there is no one source. */
function packerPaths(facts: ExecFacts): { source: string; destination: string } | string {
  const [program = "", ...words] = latin1(facts.argv).split("\0");
  if (!/(^|\/)mksquashfs$/.test(program)) return `the packer is not mksquashfs: ${program.slice(0, 200)}`;
  const firstOption = words.findIndex((word) => word.startsWith("-") || word === "");
  const paths = firstOption < 0 ? words : words.slice(0, firstOption);
  if (paths.length !== 2) return `the packer was given ${Math.max(paths.length - 1, 0)} sources`;
  const workingDirectory = latin1(facts.workingDirectory);
  const from = (path: string) => (path.startsWith("/") ? path : `${workingDirectory}/${path}`);
  return { source: from(paths[0]!), destination: from(paths[1]!) };
}

/** Names on a path; "." and ".." taken away. */
function split(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}

/** A directory, and the names that lead to it from the packer's root: none if it is the root. */
interface Top {
  directory: DirectoryNode;
  above: string[];
}

/**
 * Goes up from a directory that the names lead to, to the packer's root or to the build directory. On the way,
 * names tell whether it is so: a symlink leads elsewhere.
 */
function climb(directory: DirectoryNode, names: string[]): Top | undefined {
  let at = directory;
  for (let left = names.length; ; left--) {
    if (left === 0 || at.parent === undefined) return { directory: at, above: names.slice(0, left) };
    if (at.name !== names[left - 1]) return undefined;
    at = at.parent;
  }
}

function descend(top: Top, names: string[], lookup: DirectoryLookup): DirectoryNode | undefined {
  if (top.above.some((name, i) => names[i] !== name)) return undefined;
  let at: DirectoryNode | undefined = top.directory;
  for (const name of names.slice(top.above.length)) {
    at = at === undefined ? undefined : lookup.child(at, name);
  }
  return at;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
