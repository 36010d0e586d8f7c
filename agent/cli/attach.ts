import { statSync } from "node:fs";
import { UsageError } from "../../collector/cli/usage-error.ts";
import { superviseAttach } from "../supervisor/run.ts";
import { recordingOptions } from "./options.ts";
import { report } from "./report.ts";
import { planOf } from "./run.ts";

export const usage = `isotrace attach [--out DIR] [--no-needs] BUILD_DIR

Records a build that something else starts, or has started, in BUILD_DIR: until "lb build" ends there, or until
interrupted; then writes every report. What happened before is not in the recording, and the report says so.

  --out DIR     where the recording and the reports go (default: BUILD_DIR/isotrace/BUILD-ID)
  --no-needs    do not record what processes ask of their environment

Exits 0.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = recordingOptions(args);
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1) throw new UsageError("attach: give one BUILD_DIR");
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`attach: ${directory}: not a directory; give the directory that "lb build" runs in`);
  }
  const plan = planOf(directory, [], values.out, values.needs);
  process.stderr.write(`isotrace: recording ${plan.directory}; press Ctrl-C to end\n`);
  await report(plan, await superviseAttach(plan));
  return 0;
}
