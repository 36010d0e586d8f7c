import { expression, regularExpression } from "../pins/expression.ts";
import { aptCommand } from "../runs/apt-command.ts";
import { isNo } from "../runs/apt-conf.ts";
import type { Run } from "../runs/run.ts";
import { type Word, wordOf } from "../runs/word.ts";
import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";

/** Why a package was one of those that a run was for. `by`: the word of the command line, a verb, a priority. */
export interface Cause {
  readonly kind: "requested" | "local" | "bootstrap" | "upgrade";
  readonly by: string;
}

/** What a run was for. */
export interface Roots {
  readonly causes: ReadonlyMap<Node, Cause>;
  /** Of those that nothing else explains; undefined: it cannot be said. */
  readonly others: Cause | undefined;
  /** It took what packages recommend, too. */
  readonly withRecommends: boolean;
}

/** @param installRecommends as the system's apt is configured. */
export function rootsOf(run: Run, graph: Graph, installRecommends: boolean): Roots {
  switch (run.program) {
    case "debootstrap":
    case "cdebootstrap":
    case "mmdebstrap":
      return ofBootstrap(run, graph);
    case "dpkg":
      return { causes: ofFiles(graph, run.words), others: undefined, withRecommends: false };
    default:
      return ofApt(run, graph, installRecommends);
  }
}

/** debootstrap(8): by priority, what `--include` names, and some that it adds itself. */
function ofBootstrap({ words, program }: Run, graph: Graph): Roots {
  const included = new Set(valuesOf(words, "include").flatMap((value) => value.split(/[,\s]+/)));
  const variant = valuesOf(words, "variant").at(-1) ?? "";
  const isBase = ["", "-", "fakechroot", "important", "debootstrap"].includes(variant);
  const causes = new Map<Node, Cause>();
  for (const node of graph.nodes) {
    const { essential, priority } = node.control;
    if (essential) causes.set(node, { kind: "bootstrap", by: "essential" });
    else if (priority === "required" || (priority === "important" && isBase))
      causes.set(node, { kind: "bootstrap", by: priority });
    else if (included.has(node.name)) causes.set(node, { kind: "bootstrap", by: "--include" });
  }
  const isKnown = graph.nodes.some(({ control }) => control.priority !== "");
  const by = isKnown ? program : "";
  return { causes, others: { kind: "bootstrap", by }, withRecommends: false };
}

/** `--NAME=VALUE` or `--NAME VALUE`. */
function valuesOf(words: readonly string[], name: string): string[] {
  return words.flatMap((word, i) => {
    if (word === `--${name}`) return [words[i + 1] ?? ""];
    return word.startsWith(`--${name}=`) ? [word.slice(name.length + 3)] : [];
  });
}

const upgrading: ReadonlySet<string> = new Set([
  "upgrade",
  "dist-upgrade",
  "full-upgrade",
  "safe-upgrade",
  "dselect-upgrade",
]);

function ofApt(run: Run, graph: Graph, installRecommends: boolean): Roots {
  const { verb, words } = aptCommand(run.program, run.words);
  const causes = new Map<Node, Cause>();
  const open: string[] = [];
  const isKnown = (name: string) => graph.named(name).length > 0;
  for (const text of words) {
    const word = wordOf(text, isKnown);
    const found = nodesOf(graph, word);
    const kind = word.kind === "file" ? "local" : "requested";
    for (const node of found) if (!causes.has(node)) causes.set(node, { kind, by: text });
    if (found.length === 0 && (word.kind === "task" || word.kind === "pattern")) open.push(text);
  }
  return {
    causes,
    others: othersOf(verb, words, open),
    withRecommends: takesRecommends(run.words) ?? installRecommends,
  };
}

function nodesOf(graph: Graph, word: Word): readonly Node[] {
  switch (word.kind) {
    case "name": {
      if (word.isRemoval) return [];
      const found = graph.named(word.name);
      const exact = found.filter(({ architecture }) => architecture === word.architecture);
      return word.architecture !== "" && exact.length > 0 ? exact : found;
    }
    case "file":
      return graph.nodes.filter((node) => fileNameOf(node) === decoded(word.file));
    case "pattern": {
      const matches = patternOf(word.pattern);
      return matches === undefined ? [] : graph.nodes.filter(({ name }) => matches(name));
    }
    case "task":
      return [];
    default:
      return word satisfies never;
  }
}

/** A glob, or a regular expression; patterns of apt-patterns(7) are not understood. */
function patternOf(pattern: string): ((name: string) => boolean) | undefined {
  if (/^[~?!]/.test(pattern)) return undefined;
  const glob = expression(pattern);
  const regex = regularExpression(pattern);
  return (name) => glob(name) || regex?.(name) === true;
}

function othersOf(verb: string, words: readonly string[], open: readonly string[]): Cause | undefined {
  if (upgrading.has(verb)) return { kind: "upgrade", by: verb };
  if (verb === "build-dep" || verb === "satisfy")
    return { kind: "requested", by: [verb, ...words].join(" ") };
  return open.length === 0 ? undefined : { kind: "requested", by: open.join(" ") };
}

/** What the command line says of it, if it does. */
function takesRecommends(words: readonly string[]): boolean | undefined {
  const said = words.flatMap((word) => {
    const setting = /^(?:-o|--option=)?APT::Install-Recommends=(.*)$/i.exec(word);
    if (setting !== null) return [!isNo(setting[1]!)];
    if (/^(--no-install-recommends|--without-recommends|-R)$/.test(word)) return [false];
    return /^(--install-recommends|--with-recommends|-r)$/.test(word) ? [true] : [];
  });
  return said.at(-1);
}

/** The packages of .deb files among words. */
function ofFiles(graph: Graph, words: readonly string[]): Map<Node, Cause> {
  const causes = new Map<Node, Cause>();
  for (const word of words) {
    if (!word.endsWith(".deb")) continue;
    const file = decoded(word.slice(word.lastIndexOf("/") + 1));
    // Somebody may have called the file by the package's name alone.
    const named = graph.nodes.filter((node) => fileNameOf(node) === file);
    const found = named.length > 0 ? named : graph.named(file.split(/[_.]/)[0]!);
    for (const node of found) causes.set(node, { kind: "local", by: word });
  }
  // dpkg -R takes a directory.
  if (causes.size === 0)
    for (const node of graph.nodes) causes.set(node, { kind: "local", by: words.join(" ") });
  return causes;
}

function fileNameOf({ name, version, architecture }: Node): string {
  return `${name}_${version.replace(/^\d+:/, "")}_${architecture}.deb`;
}

/** An epoch may stand in a file's name, its colon as `%3a`. */
function decoded(file: string): string {
  return file.replace(/_\d+%3a/i, "_");
}
