import { BadWay } from "./bad-way.ts";
import { storm, stormStatus } from "./build.ts";
import type { Fault } from "./fault.ts";
import { Linked } from "./linked.ts";
import { expectSame, must } from "./same.ts";

const percent = 5;
const delay = 200; // ms each way

/** A bad link for the length of a build: packets are lost in both directions, and what arrives comes late. */
export const lossFault: Fault = {
  name: "loss",
  async run(home) {
    await using linked = await Linked.make(home);
    const { link, collector } = linked;
    using way = await BadWay.start(linked, { kind: "delay", number: delay });
    link.set({ kind: "loss", percent });
    const build = linked.build(home, storm(40), way.url);
    const status = await build.ended();
    const { dropped } = link;
    const seconds = (performance.now() - build.begun) / 1000;
    must(status === stormStatus, `the build must end with ${stormStatus}, but: ${status}: ${build.output}`);
    must(dropped > 0, "packets must be dropped, but none was");
    must(!build.output.includes("tried again"), `no connection must be given up, but: ${build.output}`);
    const { bytes, events } = expectSame(build.out, collector.data, { status });
    return `${dropped} packets dropped, ${delay} ms each way: the build took ${build.took!.toFixed(1)} s and was there ${seconds.toFixed(1)} s after its start, ${events} events in ${bytes} bytes, over one connection`;
  },
};
