import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { compile } from "../../lib/compile.ts";
import { isotrace } from "../../lib/paths.ts";
import { type Usage, watchRecorder } from "../../lib/recorder-usage.ts";
import { PidLimit } from "./pid-limit.ts";
import { type StormVerdict, verifyStorm } from "./storm-verdict.ts";

export interface StormResult extends StormVerdict {
  usage: Usage;
  seconds: number;
}

const workers = 8;
const filesOfChild = 20;
/** About twice what runs on a small machine: each pid is then used some dozens of times. */
const highestPid = 2_000;

/**
 * Eight processes at full speed, whose many short-lived children make, rename and remove files.
 * @param files rounded down to whole children.
 */
export async function checkStorm(files: number, home: string): Promise<StormResult> {
  const [build, out] = [join(home, "build"), join(home, "out")];
  for (const each of [build, out]) rmSync(each, { recursive: true, force: true });
  mkdirSync(build, { recursive: true });
  const program = await compile(fileURLToPath(new URL("./storm.c", import.meta.url)), join(home, "storm"));
  const children = Math.floor(files / workers / filesOfChild);
  const command = [program, build, workers, children, filesOfChild].map(String);
  const start = performance.now();
  let usage: Usage;
  {
    using _limit = new PidLimit(highestPid);
    const run = execa(isotrace, ["run", "--out", out, "--", ...command], { cwd: build });
    const watch = watchRecorder(run.pid!);
    await run.finally(() => {
      usage = watch.stop();
    });
  }
  const seconds = (performance.now() - start) / 1000;
  const verdict = verifyStorm(join(out, "recording.isotrace"), workers * children * filesOfChild);
  return { ...verdict, usage: usage!, seconds };
}
