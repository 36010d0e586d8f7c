import type { EntryEvent } from "../../../../proto/events.ts";
import type { FoundEntry } from "../entry.ts";
import type { Claim } from "./owners.ts";

export interface Relation {
  package: string;
  relation: EntryEvent["relation"];
  /** Why the relation cannot be said; "" if it can. */
  problem: string;
}

/**
 * How an entry relates to the packages that own its path. dpkg keeps checksums of regular files only: a
 * directory, symlink or device that a package lists is taken for as shipped.
 * @param databaseProblem why the database is not whole, so that no owner does not mean generated; "" if it is.
 */
export function relate(entry: FoundEntry, claims: readonly Claim[], databaseProblem: string): Relation {
  const first = claims[0];
  if (first === undefined) {
    const relation = databaseProblem === "" ? "generated" : "";
    return { package: "", relation, problem: databaseProblem };
  }
  const withChecksum = claims.find(({ md5 }) => md5 !== undefined);
  if (entry.type !== "file") {
    const owner = withChecksum ?? first;
    return { package: owner.package, relation: withChecksum ? "changed" : "shipped", problem: "" };
  }
  if (entry.md5 === "") return { package: first.package, relation: "", problem: entry.problem };
  const same = claims.find(({ md5 }) => md5 === entry.md5);
  if (same !== undefined) return { package: same.package, relation: "shipped", problem: "" };
  if (withChecksum !== undefined) return { package: withChecksum.package, relation: "changed", problem: "" };
  const problem = "its package is known, but not the checksum that the package shipped it with";
  return { package: first.package, relation: "", problem };
}
