import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "../../collector/cli/usage-error.ts";
import { findProgram } from "../find-program.ts";
import { buildEnvironment, callerOf, commandFor } from "../supervisor/caller.ts";
import { type Outcome, type Plan, superviseRun } from "../supervisor/run.ts";
import { uplinkUsage } from "../uplink/options.ts";
import { recordingOptions } from "./options.ts";
import { prepareOutput } from "./output.ts";
import { report } from "./report.ts";
import { finishUplink, startUplink } from "./uplink.ts";

type Values = ReturnType<typeof recordingOptions>["values"];

export const usage = `isotrace run [--out DIR] [--no-needs] [--collector URL ...] -- COMMAND...

Runs COMMAND (normally "lb build") in the current directory and records it; then writes every report.

  --out DIR     where the recording and the reports go (default: isotrace/BUILD-ID, with a link isotrace/latest)
  --no-needs    do not record what processes ask of their environment (random bytes, clocks, host name, ...)
  --redact REGEX
                take what it matches out of recorded command lines, beside passwords and tokens in their usual forms
${uplinkUsage}
Exits with COMMAND's own status; 128 + N if signal N ended it.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = recordingOptions(args);
  if (positionals.length === 0)
    throw new UsageError(
      'run: no COMMAND; say what to run after "--", for example: isotrace run -- lb build',
    );
  const [file] = positionals;
  if (findProgram(file!, process.env.PATH ?? "", process.cwd()) === undefined)
    throw new UsageError(
      `run: "${file}": no such program in PATH; for "lb", run "apt-get install live-build"`,
    );
  await enterSnapshots(process.cwd());
  const plan = planOf(process.cwd(), positionals, values);
  const uplink = await startUplink("run", values, plan);
  const outcome = await superviseRun(plan);
  await report(plan, outcome);
  await finishUplink(uplink, plan);
  return exitStatus(outcome);
}

/** In a frozen tree: the build is to use archives' snapshots. Loaded there only, as it takes a while. */
async function enterSnapshots(tree: string): Promise<void> {
  if (!existsSync(join(tree, "config/APT_snapshots.d"))) return;
  const { enterFrozenTree } = await import("../../collector/snapshot/tree/enter.ts");
  const tell = (line: string) => process.stderr.write(`isotrace: ${line}\n`);
  await enterFrozenTree(tree, buildEnvironment(process.env), tell);
}

/** The status that a shell gives: the command's own, or 128 and the signal's number. */
export function exitStatus({ status, signal }: Outcome): number {
  return signal === 0 ? status : 128 + signal;
}

/** @throws UsageError for a regular expression that is none */
export function planOf(directory: string, argv: string[], { out, needs, redact }: Values): Plan {
  const real = realpathSync(directory);
  const build = buildId(real);
  const caller = callerOf(process.env);
  const report = prepareOutput(real, out, build);
  return {
    build,
    directory: real,
    ...report,
    recording: join(report.out, "recording.isotrace"),
    argv,
    command: { ...commandFor(caller, argv), cwd: process.cwd(), env: buildEnvironment(process.env) },
    umask: process.umask(),
    ignored: caller.ignored,
    openFiles: caller.openFiles,
    needs,
    redact: redact.map(expression),
  };
}

function expression(text: string): string {
  try {
    return new RegExp(text).source;
  } catch (error) {
    throw new UsageError(`--redact must be a regular expression, but: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function buildId(directory: string): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${time}-${basename(directory).replace(/[^\w.+-]/g, "_")}`;
}
