import type { Outcome, Plan } from "../supervisor/run.ts";

/** Writes the reports of a build that has ended, and says where they are. Trouble here never changes the build's status. */
export async function report(plan: Plan, outcome: Outcome): Promise<void> {
  const say = (text: string) => process.stderr.write(`isotrace: ${text}\n`);
  try {
    const { analyze } = await import("../../collector/analyze.ts");
    const { complete, causes } = await analyze(plan.recording, plan.out);
    if (!outcome.closed) say("the recording was not closed: it ends where the recorder stopped");
    if (!complete) say(`INCOMPLETE: ${causes.join("; ")}`);
    say(`reports in ${plan.out}`);
  } catch (error) {
    say(
      `${plan.recording}: the reports could not be made: ${(error as Error).message}; run "isotrace analyze" on it again`,
    );
  }
}
