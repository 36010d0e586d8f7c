import { setTimeout as wait } from "node:timers/promises";
import { storm, stormStatus } from "./build.ts";
import type { Fault } from "./fault.ts";
import { Linked } from "./linked.ts";
import { bytesAt, expectSame, must } from "./same.ts";
import { until } from "./until.ts";

/** Within so long a dead peer is to be found, in seconds. */
const bound = 15;
/** What a process may be late by where others take the processors. */
const late = 1;

/**
 * The peer is gone, and no packet says so: first nothing passes the link any more, so that each side has a connection that
 * the other never closed; then the collector's process hangs, while its kernel goes on to take what is sent.
 */
export const halfOpenFault: Fault = {
  name: "half-open",
  async run(home) {
    await using linked = await Linked.make(home);
    const { link, collector } = linked;
    const build = linked.build(home, storm(60));
    await until("the stream", 20, () => bytesAt(collector.data) > 0);
    await wait(2000);

    link.set({ kind: "cut" });
    const isFoundByAgent = () => build.output.includes("nothing was heard");
    const isFoundByCollector = () => collector.count("uplink silent") > 0;
    const [byAgent, byCollector] = await Promise.all([
      until("a dead collector is found", bound + late, isFoundByAgent),
      until("a dead agent is found", bound + late, isFoundByCollector),
    ]);
    const atCut = bytesAt(collector.data);
    link.set({ kind: "fair" });
    await until("the stream goes on", 15, () => bytesAt(collector.data) > atCut);

    await wait(2000); // what has come is acknowledged, too
    build.output = "";
    process.kill(collector.pid, "SIGSTOP");
    const hung = await until("a collector that hangs is found", bound + late, isFoundByAgent);
    process.kill(collector.pid, "SIGCONT");
    const status = await build.ended();
    must(status === stormStatus, `the build must end with ${stormStatus}, but: ${status}: ${build.output}`);
    const { events } = expectSame(build.out, collector.data, { status });
    const found = `found by the agent after ${byAgent.toFixed(1)} s, by the collector after ${byCollector.toFixed(1)} s`;
    return `${found}; one that hangs after ${hung.toFixed(1)} s; then all ${events} events`;
  },
};
