import type { ContentReader } from "./content.ts";
import { readOwners } from "./dpkg/owners.ts";
import { relate } from "./dpkg/relate.ts";
import { PathResolver } from "./dpkg/resolve.ts";
import type { FoundEntry, ImageEntry } from "./entry.ts";
import { directoryLinks, type Inventory } from "./inventory.ts";

/** The entries of an image as they are recorded, in byte order of their paths. */
export function* describeImage(inventory: Inventory, content: ContentReader): Generator<ImageEntry> {
  const found = inventory.sorted();
  const symlinks = new Map(found.filter(isSymlink).map(({ path, target }) => [path, target]));
  const owners = readOwners(content.database, new PathResolver(symlinks));
  const databaseProblem = content.databaseProblem || elsewhere(symlinks);
  const links = directoryLinks(found);
  let inodes = 0;
  for (const entry of found) {
    const { md5: _, inode: group, ...rest } = entry;
    const relation = relate(entry, owners.get(entry.path) ?? [], databaseProblem);
    const inode = group === undefined || group.number === 0 ? ++inodes : group.number;
    if (group !== undefined) group.number = inode;
    yield {
      ...rest,
      links: entry.type === "directory" ? links.get(entry.path)! : (group?.count ?? 1),
      inode,
      package: relation.package,
      relation: relation.relation,
      within: "",
      problem: entry.problem || relation.problem,
    };
  }
}

function isSymlink(entry: FoundEntry): boolean {
  return entry.type === "symlink";
}

/** dpkg's database is read at its own place: an image that has it behind a symlink is not taken for one without. */
function elsewhere(symlinks: ReadonlyMap<string, string>): string {
  for (const path of ["/var", "/var/lib", "/var/lib/dpkg", "/var/lib/dpkg/info", "/var/lib/dpkg/status"]) {
    if (symlinks.has(path)) return `the image's package database was not read: ${path} is a symlink`;
  }
  return "";
}
