import { byteOrder } from "./build-manifest.ts";
import type { UsedPackage } from "./used-packages.ts";

export const tripletLists = ["deburis", "binuris", "srcuris"] as const;
export type TripletList = (typeof tripletLists)[number];

/**
 * The lines `package version uri` of one of Tails' three lists, in byte order, each once: what debootstrap
 * fetched, binary packages that came through apt, and source packages. A package whose URI is not known has no line.
 */
export function printTriplets(packages: readonly UsedPackage[], list: TripletList): string {
  const bootstrapped = new Set(packages.filter(({ actions }) => actions.includes("bootstrap")).map(keyOf));
  const lines = packages
    .filter((each) => each.uri !== "" && listsOf(each, bootstrapped).includes(list))
    .map(({ name, version, uri }) => `${name} ${version} ${uri}`)
    .filter((line) => /^[!-~]+ [!-~]+ [!-~]+$/.test(line));
  return [...new Set(lines)]
    .sort(byteOrder)
    .map((line) => `${line}\n`)
    .join("");
}

// debootstrap's packages are logged by dpkg, too: they came through apt only if apt downloaded them.
function listsOf(each: UsedPackage, bootstrapped: ReadonlySet<string>): TripletList[] {
  if (each.isSource) return ["srcuris"];
  if (!bootstrapped.has(keyOf(each))) return ["binuris"];
  return each.actions.includes("download") ? ["deburis", "binuris"] : ["deburis"];
}

function keyOf({ name, version }: UsedPackage): string {
  return `${name} ${version}`;
}
