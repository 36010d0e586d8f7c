import { statSync } from "node:fs";
import type { Outcome, Plan } from "../supervisor/run.ts";

/** Writes the reports of a build that has ended, and says where they are. Trouble here never changes the build's status. */
export async function report(plan: Plan, outcome: Outcome): Promise<void> {
  const say = (text: string) => process.stderr.write(`isotrace: ${text}\n`);
  if ((statSync(plan.recording, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    say(`${plan.recording}: nothing was recorded, and there is nothing to report`);
    return;
  }
  try {
    const { analyze } = await import("../../collector/analyze.ts");
    const { complete, causes } = await analyze(plan.recording, plan.out);
    if (!outcome.closed) say("the recording was not closed: it ends where the recorder stopped");
    if (!complete) say(`INCOMPLETE: ${causes.join("; ")}`);
    say(`reports in ${plan.out}`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const first = code === "ENOSPC" ? "free space, and " : "";
    say(
      `${plan.recording}: the reports could not be made: ${message}; ${first}run "isotrace analyze ${plan.out}"`,
    );
  }
}
