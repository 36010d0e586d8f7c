import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Build, storm, stormStatus } from "../build.ts";
import { CollectorProcess } from "../collector.ts";
import type { Fault } from "../fault.ts";
import { bytesAt, expectSame, must } from "../same.ts";
import { until } from "../until.ts";
import { builds, metric } from "./ask.ts";
import { SmallDisk } from "./small-disk.ts";
import { expectSoundIndex } from "./sound-index.ts";

/** The recordings have room and the index has none, from the middle of a build to some time after it; the collector is killed then, too. */
export const indexDiskFull: Fault = {
  name: "index-disk-full",
  run: async (home) => {
    using disk = new SmallDisk(join(home, "disk"), "1m");
    const data = join(disk.directory, "data");
    mkdirSync(data);
    mkdirSync(join(home, "recordings"));
    symlinkSync(join(home, "recordings"), join(data, "recordings"));
    await using collector = await CollectorProcess.start({ data });
    const build = Build.start(home, { command: storm(6), collector: collector.url });
    await until("blocks come", 20, () => bytesAt(data) > 10_000);
    disk.fill();
    must((await build.ended()) === stormStatus, `the status must be the build's own; ${build.output}`);
    const same = expectSame(build.out, data, { status: stormStatus });
    await until("the collector says so", 20, () => collector.count("recording not described yet") > 0);
    must(
      (await metric(collector, "isotrace_index_waiting_builds")) === 1,
      "/metrics must tell of the build that waits",
    );
    await collector.kill();
    const refusal = await collector.start().then(
      () => "",
      (error: Error) => error.message,
    );
    must(
      refusal === "" || refusal.includes("its disk is full"),
      `a collector that cannot start must say why: ${refusal}`,
    );
    disk.makeRoom();
    if (refusal !== "") await collector.start();
    await until("it is described", 30, async () => (await builds(collector))[0]?.state === "ready");
    await collector.kill("SIGTERM");
    expectSoundIndex(data);
    const again = refusal === "" ? "started while full" : "refused to start while full";
    return `described when there was room, ${again}; ${same.bytes} bytes identical`;
  },
};
