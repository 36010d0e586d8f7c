import type { Configured, ConfiguredFile } from "../configured.ts";

/** Words that name packages, by live-build's package list. */
export interface PackageList {
  /** `config/package-lists/java.list.chroot` */
  readonly path: string;
  readonly words: ReadonlySet<string>;
}

/**
 * live-build's package lists (live-build manual, "Package lists"), which it gives to apt on a command line. What a list's
 * own commands print (`! Packages Priority standard`) is not in it; what stands under a condition is, met or not.
 */
export function packageListsOf(configured: Configured): PackageList[] {
  return configured.ofBuild(/^\/config\/package-lists\/[^/]+\.list(\.[\w-]+)?$/).map(listOf);
}

/** The lists that have a word, of those that a script of live-build takes. */
export function listsNaming(lists: readonly PackageList[], word: string, script: string | null): string[] {
  const isOfScript =
    script === "lb binary_package-lists"
      ? (path: string) => /\.list(\.binary)?$/.test(path)
      : (path: string) => /\.list(\.chroot(_\w+)?)?$/.test(path);
  return lists.filter(({ path, words }) => isOfScript(path) && words.has(word)).map(({ path }) => path);
}

function listOf({ path, text }: ConfiguredFile): PackageList {
  const words = text
    .split("\n")
    .filter((line) => !/^\s*[#!]/.test(line))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== "");
  return { path: path.slice(1), words: new Set(words) };
}
