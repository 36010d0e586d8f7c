import { join } from "node:path";
import { storm, stormStatus } from "./build.ts";
import type { Fault } from "./fault.ts";
import { Linked } from "./linked.ts";
import { expectSame, expectWhole, keysOf, must } from "./same.ts";
import { until } from "./until.ts";

const length = 3; // s
/** What `isotrace run` may go on for when its build has ended: its patience, and a last attempt. Seconds. */
const bound = 50;

/** A collector that was never reached: what is sent to it vanishes, so that even to connect fails only by the clock. */
export const awayFault: Fault = {
  name: "away",
  async run(home) {
    await using linked = await Linked.make(home);
    const { link, collector } = linked;
    link.set({ kind: "cut" });
    const build = linked.build(home, storm(length));
    await until("the build ends without a collector", length + 20, () => build.took !== undefined);
    const ended = performance.now();
    const status = await build.ended();
    const later = (performance.now() - ended) / 1000;
    must(status === stormStatus, `the build must end with ${stormStatus}, but: ${status}: ${build.output}`);
    must(later < bound, `it must end within ${bound} s after its build, but took ${later.toFixed(1)} s`);
    must(build.output.includes("isotrace push"), `it must say what to do, but: ${build.output}`);
    must(keysOf(collector.data).length === 0, "the collector must have nothing yet");
    expectWhole(join(build.out, "recording.isotrace"), { status });
    link.set({ kind: "fair" });
    const pushed = await linked.push(build.out);
    must(pushed.status === 0, `push must work, but: ${pushed.stderr}`);
    expectSame(build.out, collector.data, { status });
    return `the build took ${build.took!.toFixed(1)} s of ${length} s; Isotrace gave up ${later.toFixed(1)} s later; then it was pushed`;
  },
};
