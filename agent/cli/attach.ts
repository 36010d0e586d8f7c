import { UsageError } from "../../collector/cli/usage-error.ts";
import { superviseAttach } from "../supervisor/run.ts";
import { uplinkUsage } from "../uplink/options.ts";
import { requireBuildDirectory } from "./build-directory.ts";
import { recordingOptions } from "./options.ts";
import { report } from "./report.ts";
import { planOf } from "./run.ts";
import { finishUplink, startUplink } from "./uplink.ts";

export const usage = `isotrace attach [--out DIR] [--no-needs] [--collector URL ...] BUILD_DIR

Records a build that something else starts, or has started, in BUILD_DIR: until "lb build" ends there, or until
interrupted; then writes every report. What happened before is not in the recording, and the report says so.

  --out DIR     where the recording and the reports go (default: BUILD_DIR/isotrace/BUILD-ID)
  --no-needs    do not record what processes ask of their environment
  --redact REGEX
                take what it matches out of recorded command lines, beside passwords and tokens in their usual forms
${uplinkUsage}
Exits 0.
`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = recordingOptions(args);
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1) throw new UsageError("attach: give one BUILD_DIR");
  requireBuildDirectory("attach", directory);
  const plan = planOf(directory, [], values);
  process.stderr.write(`isotrace: recording ${plan.directory}; press Ctrl-C to end\n`);
  const uplink = await startUplink("attach", values, plan);
  await report(plan, await superviseAttach(plan));
  await finishUplink(uplink, plan);
  return 0;
}
