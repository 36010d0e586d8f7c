import type { Side, SidePackage } from "./side.ts";

/**
 * The same side, where a package whose source package is not known takes it from the other side's package of that name.
 *
 * Its source's version is known then if the other's version follows from its source's: they are equal but for the `+bN`
 * of a rebuild without changes (binNMU; Debian Policy, 5.6.12.1).
 */
export function borrowSources(side: Side, other: Side): Side {
  const known = new Map<string, SidePackage>();
  for (const each of other.packages) {
    if (each.type === "binary" && each.source !== null) known.set(each.name, each);
  }
  if (known.size === 0) return side;
  return { ...side, packages: side.packages.map((each) => borrow(each, known.get(each.name))) };
}

function borrow(own: SidePackage, from: SidePackage | undefined): SidePackage {
  if (own.type === "source" || own.source !== null || from === undefined) return own;
  if (own.version === from.version) return { ...own, source: from.source, sourceVersion: from.sourceVersion };
  const isAlike = from.sourceVersion === withoutRebuild(from.version);
  return { ...own, source: from.source, sourceVersion: isAlike ? withoutRebuild(own.version) : null };
}

function withoutRebuild(version: string): string {
  return version.replace(/\+b[0-9]+$/, "");
}
