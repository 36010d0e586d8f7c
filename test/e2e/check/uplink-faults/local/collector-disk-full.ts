import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { bytesAt, expectSame, keysOf, must } from "../same.ts";
import { until } from "../until.ts";
import { ask, builds, metric } from "./ask.ts";
import { SmallDisk } from "./small-disk.ts";
import { expectSoundIndex } from "./sound-index.ts";

/** The collector's disk is full for some seconds of a build, and for its end; then there is room again. */
export const collectorDiskFull: Fault = {
  name: "collector-disk-full",
  run: async (home) => {
    using disk = new SmallDisk(join(home, "disk"), "4m");
    const data = join(disk.directory, "data");
    await using collector = await CollectorProcess.start({ data });
    const build = Build.start(home, { command: storm(14), collector: collector.url });
    await until("blocks come", 20, () => bytesAt(data) > 10_000);
    let refused = 0;
    for (const left of [0, 8192]) {
      disk.fill(left);
      const full = () => metric(collector, 'isotrace_refusals_total{code="full"}');
      const before = await full();
      await until("agents are refused", 20, async () => (await full()) > before + 1);
      expectPrefix(build.out, data);
      must((await ask(collector, "/healthz")).ok, "a collector with a full disk must stay alive");
      must((await metric(collector, "isotrace_free_bytes")) <= left, "/metrics must tell of the full disk");
      refused += (await full()) - before;
      disk.makeRoom();
      const had = bytesAt(data);
      await until("the stream goes on", 20, () => bytesAt(data) > had);
    }
    disk.fill();
    await until("the build ends", 60, () => build.took !== undefined);
    await wait(2000); // the end of the stream comes while there is no room
    must(collector.isRunning, "the collector must not end");
    disk.makeRoom();
    must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
    const same = expectSame(build.out, data, { status: stormStatus });
    must(build.output.includes("disk is full"), `the agent must say why; ${build.output}`);
    await until("it is described", 30, async () => (await builds(collector))[0]?.state === "ready");
    const told = collector.log.find(({ event, code }) => event === "uplink refused" && code === "full");
    must(told !== undefined, "the collector must log that its disk is full");
    await collector.kill("SIGTERM");
    expectSoundIndex(data);
    return `refused ${refused} times while full; ${same.bytes} bytes, ${same.events} events identical`;
  },
};

/** What is there is the agent's, however little. */
function expectPrefix(out: string, data: string): void {
  const [key] = keysOf(data);
  const here = readFileSync(join(data, "recordings", key!, "recording.isotrace"));
  const there = readFileSync(join(out, "recording.isotrace"));
  must(here.equals(there.subarray(0, here.length)), "what is stored must be the beginning of what is sent");
}
