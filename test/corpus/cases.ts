import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Source, sources } from "../../collector/nondeterminism/source.ts";

export const casesDirectory = new URL("./cases", import.meta.url).pathname;

/** One thing that a case makes different in every build. */
export interface Truth {
  readonly case: string;
  /** Absolute in the image; `*` stands for what differs in a name. */
  readonly path: string;
  /** Any of them is right. */
  readonly sources: readonly Source[];
  readonly culprit: { readonly kind: "hook" | "package"; readonly name: string };
}

export interface Case {
  readonly name: string;
  /** Name of the package whose postinst the script is; undefined: it is a hook. */
  readonly package: string | undefined;
  readonly isOutside: boolean;
  /** Empty for a decoy: it makes nothing that differs. */
  readonly truths: readonly Truth[];
}

/** The cases, each a script whose head says what differs because of it. @throws Error for a head that says nothing */
export function readCases(): Case[] {
  return readdirSync(casesDirectory).sort().map(readCase);
}

function readCase(name: string): Case {
  const text = readFileSync(join(casesDirectory, name), "utf8");
  const packageName = /^# package: (\S+)$/m.exec(text)?.[1];
  const isOutside = /^# outside/m.test(text);
  const culprit =
    packageName === undefined
      ? { kind: "hook" as const, name: `${name}.hook.${isOutside ? "binary" : "chroot"}` }
      : { kind: "package" as const, name: packageName };
  const truths = [...text.matchAll(/^# differs: (\S+) (\S+)$/gm)].map(([, path, list]) => ({
    case: name,
    path: path!,
    sources: list!.split("|").map(sourceOf),
    culprit,
  }));
  if (truths.length === 0 && !/^# decoy$/m.test(text))
    throw new Error(`${name}: says neither "# differs: PATH SOURCE" nor "# decoy"; add one`);
  return { name, package: packageName, isOutside, truths };
}

function sourceOf(word: string): Source {
  const found = sources.find((source) => source === word);
  if (found === undefined) throw new Error(`corpus: ${word} is no source; see source.ts`);
  return found;
}

/** Whether a path is the one that a truth names. */
export function isAt(truth: Truth, path: string): boolean {
  const parts = truth.path.split("*");
  if (parts.length === 1) return path === truth.path;
  return (
    path.startsWith(parts[0]!) && path.endsWith(parts[1]!) && !path.slice(parts[0]!.length).includes("/")
  );
}
