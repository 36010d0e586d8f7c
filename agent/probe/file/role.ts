import type { DirectoryNode } from "./tree.ts";

/** A directory that tells something about packages or stages, and the tree that it belongs to. */
export interface Role {
  readonly kind: RoleKind;
  /** The top of the system that it is part of: what its processes see as `/`, or the build directory. */
  readonly root: DirectoryNode;
}

export type RoleKind = (typeof roles)[number]["kind"];

/** Where debootstrap, apt, dpkg and live-build leave what they did, from the root of a system. */
const roles = [
  { kind: "debootstrap", path: ["debootstrap"] },
  { kind: "lists", path: ["var", "lib", "apt", "lists"] },
  { kind: "archives", path: ["var", "cache", "apt", "archives"] },
  { kind: "partial", path: ["var", "cache", "apt", "archives", "partial"] },
  { kind: "dpkg", path: ["var", "lib", "dpkg"] },
  { kind: "log", path: ["var", "log"] },
  { kind: "apt", path: ["etc", "apt"] },
  { kind: "apt", path: ["etc", "apt", "apt.conf.d"] },
  { kind: "apt", path: ["etc", "apt", "preferences.d"] },
  { kind: "apt", path: ["etc", "apt", "sources.list.d"] },
] as const;

/** By the last name, which most directories have in common with none. */
const rolesByName = Map.groupBy(roles, ({ path }) => path.at(-1) as string);

/** The role of a directory, from the names of it and the directories above. */
export function roleOf(node: DirectoryNode): Role | undefined {
  for (const { kind, path } of rolesByName.get(node.name) ?? []) {
    let at: DirectoryNode | undefined = node;
    let i = path.length - 1;
    for (; i >= 0 && at !== undefined && at.name === path[i]; i--) at = at.parent;
    if (i < 0 && at !== undefined) return { kind, root: at };
  }
  return undefined;
}
