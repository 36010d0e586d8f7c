import { commandLine } from "../story/names.ts";
import type { Story } from "../story/story.ts";
import type { PackageName } from "../story/versions.ts";
import type { Writer } from "../story/writers.ts";
import type { Culprit } from "./finding.ts";
import { withoutSecrets } from "./network/secrets.ts";
import type { Source } from "./source.ts";

/**
 * What is to blame for what writers did, likeliest first: what the first writer ran for, then the others. A package's
 * script stands nearer to the file than the hook that installed the package, and a hook nearer than live-build's script.
 */
export function culpritsOf(writers: readonly Writer[]): Culprit[] {
  const found = new Map<string, Culprit>();
  for (const { story, package: of, process } of writers) {
    for (const culprit of culpritsOfStory(story, of, process !== 0)) {
      const key = `${culprit.kind}\0${culprit.name}`;
      if (!found.has(key)) found.set(key, culprit);
    }
  }
  return [...found.values()];
}

/**
 * The writers, newest first, in the order in which they are to blame for a source. Those who put the content there come
 * before those who only copied it or changed its attributes; where attributes are what differs, the newest did it.
 */
export function byBlame(writers: readonly Writer[], source: Source): readonly Writer[] {
  if (source === "file-metadata" || source === "umask") return writers;
  return writers.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ operation }: Writer): number {
  const words = operation.split(", ");
  if (words.includes("copy")) return 1;
  return words.includes("write") || words.includes("create") ? 0 : 2;
}

/** @param isKnown whether the process is: a command is to blame only then. */
export function culpritsOfStory(
  { hook, script, chain }: Story,
  of: PackageName | null,
  isKnown: boolean,
): Culprit[] {
  const culprits: Culprit[] = [];
  if (of !== null) culprits.push({ kind: "package", name: of.name, package: of });
  if (hook !== null) culprits.push({ kind: "hook", name: hook, package: null });
  if (culprits.length > 0) return culprits;
  if (script !== null) return [{ kind: "stage", name: script, package: null }];
  const [command] = chain;
  if (!isKnown || command === undefined) return [];
  return [{ kind: "command", name: commandLine(withoutSecrets(command.argv)), package: null }];
}
