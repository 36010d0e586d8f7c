import type { Plan } from "../supervisor/run.ts";
import type { UplinkProcess } from "../supervisor/uplink-process.ts";
import type { recordingOptions } from "./options.ts";

type Values = ReturnType<typeof recordingOptions>["values"];

/** Begins to send the recording, if a collector is given. @throws UsageError */
export async function startUplink(
  command: string,
  values: Values,
  plan: Plan,
): Promise<UplinkProcess | undefined> {
  if (values.collector === undefined) return undefined;
  const { targetOf } = await import("../uplink/target.ts");
  const { UplinkProcess } = await import("../supervisor/uplink-process.ts");
  const target = targetOf(command, values, plan.build);
  return new UplinkProcess(target, plan.recording, (line) => process.stderr.write(`isotrace: ${line}\r\n`));
}

/** Waits for the rest to be sent, and tells what to do if it cannot be: the build's status stays what it is. */
export async function finishUplink(uplink: UplinkProcess | undefined, plan: Plan): Promise<void> {
  const problem = await uplink?.finish();
  if (problem === undefined) return;
  process.stderr.write(
    `isotrace: the recording was not sent: ${problem}; send it later: isotrace push ${plan.out} --collector URL\n`,
  );
}
