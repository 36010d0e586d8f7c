import { fileOf } from "./options.ts";
import { UsageError } from "./usage-error.ts";

export const collectorUsage = `  --collector URL    a BUILD that is not here is the collector's: its key or id (or ISOTRACE_COLLECTOR)
  --token-file FILE  the token that the collector knows, with the scope read; else what ISOTRACE_TOKEN holds
  --ca FILE          certificates in PEM that are trusted beside the usual ones
`;

const variables = {
  collector: "ISOTRACE_COLLECTOR",
  "token-file": "ISOTRACE_TOKEN",
  ca: "ISOTRACE_CA",
} as const;

/**
 * Takes the options that say where builds are from the arguments of a command, whichever that is, and puts them into the
 * environment, where `resolveBuild` looks. @returns the other arguments. @throws UsageError
 */
export function takeCollectorOptions(args: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  const others: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, given] = /^--(collector|token-file|ca)(?:=(.*))?$/s.exec(args[i]!) ?? [];
    if (name === undefined) {
      others.push(args[i]!);
      continue;
    }
    const value = given ?? args[++i];
    if (value === undefined || value === "") throw new UsageError(`--${name} needs a value`);
    const text = name === "token-file" ? fileOf("token-file", value).toString().trim() : value;
    environment[variables[name as keyof typeof variables]] = text;
  }
  return others;
}
