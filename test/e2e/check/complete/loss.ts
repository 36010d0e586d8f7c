import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { isotrace } from "../../lib/paths.ts";
import { readActs } from "./recorded.ts";

export interface LossResult {
  /** The build's own exit status, and the one that `isotrace run` gave. */
  status: { own: number; given: number };
  lost: number;
  /** The first lines of the summary: they must say "incomplete". */
  summary: string;
  saysIncomplete: boolean;
}

/** More processes at once than the smallest ring holds: what is lost must be counted and said, and the build not harmed. */
export async function checkForcedLoss(home: string): Promise<LossResult> {
  const [build, out] = [join(home, "build"), join(home, "out")];
  for (const each of [build, out]) rmSync(each, { recursive: true, force: true });
  mkdirSync(build, { recursive: true });
  const own = 7;
  // The ring holds one exec with so long an argument: also a slow machine calls two between two readings.
  const script = `long=$(printf %03000d 0); for i in $(seq 8); do (for j in $(seq 100); do /bin/true $long; done; : > $i) & done; wait; exit ${own}`;
  const { exitCode } = await execa(isotrace, ["run", "--out", out, "--", "sh", "-c", script], {
    cwd: build,
    env: { ISOTRACE_RING_BYTES: "4096" },
    reject: false,
  });
  const { losses } = readActs(join(out, "recording.isotrace"));
  const summary = readFileSync(join(out, "summary.md"), "utf8").split("\n").slice(0, 8).join("\n");
  return {
    status: { own, given: exitCode ?? -1 },
    lost: losses.reduce((sum, { count }) => sum + count, 0),
    summary,
    saysIncomplete: /incomplete/i.test(summary),
  };
}
