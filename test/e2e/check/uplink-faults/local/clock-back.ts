import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readRecording } from "../../../../../proto/recording.ts";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { bytesAt, expectSame, must } from "../same.ts";
import { until } from "../until.ts";
import { builds, metric } from "./ask.ts";
import { WrongClock } from "./clock.ts";

const hour = 3600;

/** The clock goes back by an hour in the middle of a build, and some seconds later forward again. */
export const clockBack: Fault = {
  name: "clock-back",
  run: async (home) => {
    const data = join(home, "data");
    // A rule by age: nothing may go since the clock jumps.
    await using collector = await CollectorProcess.start({ data, args: ["--keep", "1h"] });
    // Longer than a silent peer is taken for dead.
    const build = Build.start(home, { command: storm(20), collector: collector.url });
    await until("blocks come", 20, () => bytesAt(data) > 10_000);
    const before = bytesAt(data);
    {
      using _clock = new WrongClock(-hour);
      await wait(6000);
      must(bytesAt(data) > before, "the stream must go on while the clock is wrong");
    }
    must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
    const same = expectSame(build.out, data, { status: stormStatus });
    const connections = await metric(collector, "isotrace_uplinks_accepted_total");
    must(connections === 1, `the connection must last, but there were ${connections}`);
    const clocks = clocksIn(join(build.out, "recording.isotrace"));
    must(
      clocks.length === 2,
      `the recording must tell of 2 changes of the clock, but tells of ${clocks.length}`,
    );
    await until("it is described", 30, async () => (await builds(collector))[0]?.state === "ready");
    const [listed] = await builds(collector);
    const took = (Date.parse(listed!.ended) - Date.parse(listed!.started)) / 1000;
    // Setting the clock right again is late by what starting date(1) takes on a busy machine.
    must(took > 15 && took < 120, `the build must have taken some 20 s, but is said to have taken ${took} s`);
    const negative = /(?<![\w.-])-\d+(\.\d+)? ?(s|ms|seconds)\b/.exec(
      readFileSync(join(build.out, "summary.md"), "utf8"),
    );
    must(negative === null, `no time in a report may be negative, but: ${negative?.[0]}`);
    return `back by 1 h for 6 s: ${same.events} events identical over one connection; took ${took.toFixed(1)} s`;
  },
};

/** Offsets that the recording says the clock had later. */
function clocksIn(path: string): number[] {
  const found: number[] = [];
  for (const item of readRecording(path)) {
    if (item.kind === "damage") continue; // `expectSame` has looked
    for (const event of item.events) if (event.kind === "clock") found.push(event.offset);
  }
  return found;
}
