import { parseArgs } from "node:util";
import { UsageError } from "../../collector/cli/usage-error.ts";
import { resolveBuild } from "../../collector/resolve-build.ts";
import { readRecording } from "../../proto/recording.ts";
import { uplinkOptions, uplinkUsage } from "../uplink/options.ts";
import { RecordingTail } from "../uplink/tail.ts";
import { targetOf } from "../uplink/target.ts";
import { sendRecording } from "../uplink/uplink.ts";

export const usage = `isotrace push BUILD --collector URL

Sends a recording to a collector, from where the collector has it.

  BUILD                a build's id, its output directory or a recording
${uplinkUsage}
Exits 0 when the collector has all of it.
`;

/** How long a collector that does not answer is tried, in milliseconds. */
const patience = 60_000;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: uplinkOptions });
  const [given] = positionals;
  if (given === undefined || positionals.length > 1)
    throw new UsageError("push: give one BUILD, and --collector URL");
  const path = resolveBuild(given, process.cwd());
  const target = targetOf("push", values, buildIn(path));
  const tail = new RecordingTail(path);
  await sendRecording(target, tail, {
    hasEnded: () => true,
    patience,
    trouble: (message) => process.stderr.write(`isotrace: ${message}; trying again\n`),
  });
  tail.close();
  return 0;
}

/** The build's id, which its first event says. @throws UsageError if there is none */
function buildIn(path: string): string {
  for (const item of readRecording(path)) {
    if (item.kind === "damage") break;
    for (const event of item.events) if (event.kind === "segment") return event.build;
  }
  throw new UsageError(
    `push: ${path}: must begin with a build, but it is empty or damaged; there is nothing to send`,
  );
}
