import { realpathSync } from "node:fs";
import { parseArgs } from "node:util";
import { UsageError } from "../../collector/cli/usage-error.ts";
import { checks, type Finding } from "../doctor/checks.ts";
import { requireBuildDirectory } from "./build-directory.ts";

export const usage = `isotrace doctor [--format text|json] [BUILD_DIR]

Checks what this machine can record of a build in BUILD_DIR (default: the current directory): kernel, privileges,
programs, file system. Says what to do about what is missing.

Exits 0 if everything can be recorded, 1 if not.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: "string", default: "text" } },
  });
  const { format } = values;
  if (format !== "text" && format !== "json")
    throw new UsageError(`doctor: --format: "${format}" is not a format; give text or json`);
  if (positionals.length > 1) throw new UsageError("doctor: give one BUILD_DIR at the most");
  const [given = "."] = positionals;
  requireBuildDirectory("doctor", given);
  const directory = realpathSync(given);
  const findings = checks.flatMap((check) => check.run(directory));
  const fit = findings.every(({ state }) => state === "fit");
  process.stdout.write(format === "json" ? json(fit, findings) : text(findings));
  return fit ? 0 : 1;
}

function json(fit: boolean, findings: Finding[]): string {
  return `${JSON.stringify({ version: 1, fit, checks: findings }, null, 2)}\n`;
}

function text(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length)) + 2;
  return findings
    .map(({ check, state, found, remedy }) => {
      const line = `${state.padEnd(9)}${check.padEnd(width)}${found}\n`;
      return remedy === "" ? line : `${line}${" ".repeat(9)}${remedy}\n`;
    })
    .join("");
}
