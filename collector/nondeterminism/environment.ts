import type { Build } from "../model/build.ts";
import { byteString } from "../model/bytes.ts";
import { type Command, type Process, parentOf } from "../model/process.ts";
import { basename } from "../story/names.ts";
import type { Writer } from "../story/writers.ts";

/** A process tree is never deeper; a damaged recording could have a cycle. */
const deepest = 1000;

/**
 * The variables that the newest writer of a file had, as far as they are known: the builder's that are recorded, unless
 * somebody above it began a new environment, as live-build does with `env -i` for what it runs in the chroot; and what
 * env(1) was told to set. What a shell sets for itself is not seen.
 */
export function variablesOf(build: Build, writers: readonly Writer[]): ReadonlyMap<string, string> {
  const writer = writers.find(({ operation }) => /write|create/.test(operation)) ?? writers[0];
  const variables = new Map<string, string>();
  let at = build.processes.all[writer?.process ?? 0];
  let epoch = writer?.epoch ?? 0;
  if (at === undefined) return variables;
  for (let depth = 0; at !== undefined && depth < deepest; depth++) {
    for (const command of commandsOf(at, epoch)) {
      if (addVariables(command, variables) === "new") return variables;
    }
    ({ parent: at, epoch } = parentOf(at));
  }
  for (const { name, value } of build.segments[0]?.environment ?? []) {
    setOnce(variables, byteString(name), byteString(value));
  }
  return variables;
}

/** What a process had run up to an epoch, the last first. */
function commandsOf({ commands }: Process, epoch: number): Command[] {
  const upTo = commands.slice(0, epoch + 1).filter((command) => command !== undefined);
  return upTo.reverse();
}

/** @returns whether the environment begins here, or goes on above. */
function addVariables({ executable, argv }: Command, variables: Map<string, string>): "new" | "same" {
  switch (basename(executable)) {
    case "env": {
      const words = argv.slice(1);
      const end = words.findIndex((word) => !/^-|^[A-Za-z_]\w*=/.test(word));
      const own = end < 0 ? words : words.slice(0, end);
      for (const word of own.reverse()) {
        const at = word.indexOf("=");
        if (!word.startsWith("-")) setOnce(variables, word.slice(0, at), word.slice(at + 1));
      }
      return own.some((word) => /^(?:-|-i|--ignore-environment)$/.test(word)) ? "new" : "same";
    }
    case "sudo":
      return argv.some((word) => /^(?:-E|--preserve-env(?:=.*)?)$/.test(word)) ? "same" : "new";
    case "su":
      return argv.some((word) => /^(?:-|-l|--login)$/.test(word)) ? "new" : "same";
    default:
      return "same";
  }
}

/** What is set nearer to the writer counts. */
function setOnce(variables: Map<string, string>, name: string, value: string): void {
  if (!variables.has(name)) variables.set(name, value);
}
