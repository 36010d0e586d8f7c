import type { Difference } from "./explain/difference.ts";
import { nameOf, parentOf } from "./explain/renamed.ts";

/** A path that differs because others do. */
export interface Effect {
  readonly path: string;
  /** In byte order; some of them may be effects themselves. */
  readonly of: readonly string[];
  /** Why it is believed: plain text. */
  readonly reason: string;
}

/**
 * Which differences are but effects of others. What a process read is not recorded, so these are rules of what live
 * images are made of: packers pack the tree, lists list what is beside them, copies copy.
 */
export function effectsOf(differences: readonly Difference[]): Map<string, Effect> {
  const all = new Differences(differences);
  const effects = new Map<string, Effect>();
  for (const difference of differences) {
    for (const rule of rules) {
      const of = rule.of(difference, all).filter((path) => path !== difference.path);
      if (of.length === 0) continue;
      effects.set(difference.path, { path: difference.path, of, reason: rule.reason });
      break;
    }
  }
  return withoutCircles(effects);
}

/** What differs, by what the rules ask for. */
class Differences {
  readonly byPath: ReadonlyMap<string, Difference>;
  /** Of the image's file system. */
  readonly tree: readonly string[];
  readonly binary: readonly string[];
  readonly #originals = new Map<string, Originals>();

  constructor(differences: readonly Difference[]) {
    this.byPath = new Map(differences.map((each) => [each.path, each]));
    this.binary = [...this.byPath.keys()].filter(isBinary);
    this.tree = [...this.byPath.keys()].filter((path) => path.startsWith("/") && !isBinary(path));
    for (const each of differences) {
      const key = digestsOf(each);
      if (key !== undefined) this.#note(key, each);
    }
  }

  /** Other paths that have the same contents in both builds as this one has, and could have been copied to it. */
  originalsOf(difference: Difference): readonly string[] {
    const found = this.#originals.get(digestsOf(difference) ?? "");
    if (found === undefined) return [];
    const { inTree, madeInTree, madeInBinary } = found;
    if (!isBinary(difference.path)) return isCopied(difference) ? madeInTree : [];
    if (inTree.length > 0) return inTree;
    return isCopied(difference) ? madeInBinary : [];
  }

  #note(key: string, difference: Difference): void {
    const found = this.#originals.get(key) ?? { inTree: [], madeInTree: [], madeInBinary: [] };
    this.#originals.set(key, found);
    const { path } = difference;
    if (!isBinary(path)) add(found.inTree, path);
    if (!isCopied(difference)) add(isBinary(path) ? found.madeInBinary : found.madeInTree, path);
  }
}

/** Paths of one content in each build. */
interface Originals {
  readonly inTree: string[];
  /** Those that no copying program wrote. */
  readonly madeInTree: string[];
  readonly madeInBinary: string[];
}

/** Originals of one copy that are named. */
const mostOriginals = 20;

function add(paths: string[], path: string): void {
  if (paths.length < mostOriginals) paths.push(path);
}

interface Rule {
  readonly reason: string;
  of(difference: Difference, all: Differences): readonly string[];
}

const rules: readonly Rule[] = [
  {
    reason: "it is the image's file system, packed",
    of: (difference, { tree }) => (hasOtherContent(difference, /\.squashfs$/) ? tree : []),
  },
  {
    reason: "it tells of the image's file system",
    of: (difference, { tree }) => (hasOtherContent(difference, treeList) ? tree : []),
  },
  {
    reason: "it is the binary directory, packed",
    of: ({ path, presence }, { binary, tree }) => {
      if (path.startsWith("/") || presence !== "both") return [];
      return binary.length > 0 ? binary : tree;
    },
  },
  {
    reason: "it is a copy",
    of: (difference, all) => all.originalsOf(difference),
  },
  {
    reason: "it has the digests of files that differ",
    of: (difference, { binary }) => {
      if (!hasOtherContent(difference, digestList)) return [];
      const below = `${parentOf(difference.path)}/`;
      return binary.filter((each) => each.startsWith(below) && !digestList.test(nameOf(each)));
    },
  },
  {
    reason: "it lists the packages of the image",
    of: ({ path }, { byPath }) => {
      if (!packageDatabase.test(path)) return [];
      return [...byPath.values()].filter(isOfPackage).map((each) => each.path);
    },
  },
  {
    reason: "its members are files of the image that differ",
    of: ({ path, explanations }, all) => membersInTree(path, explanations, all),
  },
  {
    reason: "its time is that of the last name made or removed in it",
    of: ({ path, aspects, a, b }, { byPath }) => {
      if (aspects.some((aspect) => aspect !== "mtime") || a.entry?.type !== "directory") return [];
      const names = [...new Set([a.changedBy, b.changedBy])].filter((name) => name !== undefined);
      const below = names.map((name) => `${path === "/" ? "" : path}/${name}`);
      return below.filter((each) => byPath.get(each)?.aspects.some((aspect) => aspect !== "mtime"));
    },
  },
];

/** What live-build writes beside the squashfs about what is in it. */
const treeList = /^filesystem\.(size|manifest.*|packages.*|files?)$|\.(packages|contents|files|manifest)$/;
const digestList = /^((sha|md)\d+(sums?)?|b2sums?|checksums?)(\.txt)?$/i;
const packageDatabase =
  /^\/var\/lib\/(dpkg\/(status|available|diversions|alternatives|triggers\/File)(-old)?|apt\/extended_states)$/;
/** Programs that make a file with the content of another one. */
const copiers = /^(\S*\/)?(cp|install|rsync|ucf|mv) /;

function isBinary(path: string): boolean {
  return path === "/binary" || path.startsWith("/binary/");
}

/** Whether it is a file of `binary/` that both builds have, with a name of this form. */
function hasOtherContent({ path, aspects }: Difference, name: RegExp): boolean {
  return isBinary(path) && aspects.includes("content") && name.test(nameOf(path));
}

function isOfPackage({ explanations }: Difference): boolean {
  return explanations.some(({ source }) => source === "package-set");
}

function digestsOf({ aspects, a, b }: Difference): string | undefined {
  const [one, other] = [a.entry, b.entry];
  if (!aspects.includes("content") || one === undefined || other === undefined) return undefined;
  return one.sha256 === "" || other.sha256 === "" ? undefined : `${one.sha256}\0${other.sha256}`;
}

/** Whether a program that copies files wrote it, in both builds. */
function isCopied({ a, b }: Difference): boolean {
  return [a, b].every(({ writers }) =>
    writers.some(({ operation, chain }) => /write|create/.test(operation) && copiers.test(chain[0] ?? "")),
  );
}

/** An initrd has files of the tree: where those differ, so does it, and that tells nothing new. */
function membersInTree(
  path: string,
  explanations: Difference["explanations"],
  { byPath }: Differences,
): string[] {
  const found = new Set<string>();
  for (const { within } of explanations.flatMap((each) => each.readings)) {
    const names = within.map((name) => `/${name.replace(/^(\.?\/)+/, "")}`);
    const member = names.find((name) => name !== path && byPath.has(name));
    if (member === undefined) return [];
    found.add(member);
  }
  return [...found].sort();
}

/** Two that would be effects of nothing but each other have no cause: neither is one. */
function withoutCircles(effects: Map<string, Effect>): Map<string, Effect> {
  const rooted = new Map<string, boolean>();
  const isRooted = (path: string): boolean => {
    const effect = effects.get(path);
    if (effect === undefined) return true;
    const known = rooted.get(path);
    if (known !== undefined) return known;
    rooted.set(path, false); // until it is known: a way back to it leads nowhere
    const found = effect.of.some(isRooted);
    rooted.set(path, found);
    return found;
  };
  for (const path of effects.keys()) if (!isRooted(path)) effects.delete(path);
  return effects;
}
