import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { formatOf } from "../../collector/cli/options.ts";
import { UsageError } from "../../collector/cli/usage-error.ts";
import { findProgram } from "../find-program.ts";
import { reproduce } from "../reproduce/reproduce.ts";
import { ExperimentError } from "../reproduce/run-experiment.ts";
import { reproduceVersion, verdictText } from "../reproduce/text.ts";
import { variations } from "../reproduce/variations.ts";

export const usage = `isotrace reproduce [--vary LIST] [--out DIR] [--format text|json] -- COMMAND...

Builds copies of the current directory under variations, and finds for each file that differs the variation that causes it.

  --vary LIST   names with commas between: only these; with "-" before them: all but these
  --out DIR     where builds and their recordings go (default: isotrace/reproduce); what was interrupted goes on there
  --format      text (default) or json

Variations:
${variations.map(({ name, what }) => `  ${name.padEnd(10)}${what}`).join("\n")}

Time passes between any two builds: what differs with nothing varied is a time, or random.
Exits 0 if all builds are the same, 1 if they differ, 2 on trouble.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      vary: { type: "string", default: "" },
      out: { type: "string" },
      format: { type: "string", default: "text" },
    },
  });
  const format = formatOf("reproduce", ["text", "json"], values.format);
  const [program] = positionals;
  if (program === undefined)
    throw new UsageError(
      'reproduce: no COMMAND; say what to run after "--", for example: isotrace reproduce -- lb build',
    );
  if (findProgram(program, process.env.PATH ?? "", process.cwd()) === undefined)
    throw new UsageError(`reproduce: "${program}": no such program in PATH; install it, or give its path`);
  if (process.getuid?.() !== 0)
    throw new UsageError("reproduce: builds need root; run it as root, for example with sudo");
  const source = realpathSync(process.cwd());
  const work = values.out === undefined ? join(source, "isotrace/reproduce") : resolve(values.out);
  const say = (line: string) => void process.stderr.write(`isotrace: ${line}\n`);
  try {
    const verdict = await reproduce({ source, work, command: positionals }, chosen(values.vary), say);
    const json = () => `${JSON.stringify({ version: reproduceVersion, ...verdict }, null, 2)}\n`;
    process.stdout.write(format === "json" ? json() : verdictText(verdict));
    return verdict.differences.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    throw new UsageError(error.message, { cause: error }); // trouble: status 2, as diff has it
  }
}

/** The names that a list chooses, in their order. @throws UsageError for one that is none */
function chosen(list: string): string[] {
  const all = variations.map(({ name }) => name);
  const words = list.split(",").filter((word) => word !== "");
  for (const word of words) {
    if (all.includes(word.replace(/^-/, ""))) continue;
    throw new UsageError(`reproduce: --vary: "${word}" is no variation; give some of ${all.join(", ")}`);
  }
  const only = words.filter((word) => !word.startsWith("-"));
  return all.filter((name) => !words.includes(`-${name}`) && (only.length === 0 || only.includes(name)));
}
