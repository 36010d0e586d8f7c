import { join } from "node:path";
import { readRecording } from "../../../../proto/recording.ts";
import { BadWay } from "./bad-way.ts";
import { stormStatus } from "./build.ts";
import type { Fault } from "./fault.ts";
import { Linked } from "./linked.ts";
import { expectSame, must } from "./same.ts";

const rate = 5_000; // bytes/s
/** Output that nothing compresses: one block of it takes longer than a peer may be silent. Bytes. */
const output = 120_000;

/** A link so slow that one frame takes longer than the time within which a dead peer is found: both sides are alive. */
export const slowFault: Fault = {
  name: "slow",
  async run(home) {
    await using linked = await Linked.make(home);
    using way = await BadWay.start(linked, { kind: "rate", number: rate });
    const command = ["sh", "-c", `head --bytes=${output} /dev/urandom; exit ${stormStatus}`];
    const build = linked.build(home, command, way.url);
    const status = await build.ended();
    const seconds = (performance.now() - build.begun) / 1000;
    must(status === stormStatus, `the build must end with ${stormStatus}, but: ${status}`);
    must(!build.output.includes("tried again"), "no connection must be given up, but one was");
    const { bytes } = expectSame(build.out, linked.collector.data, { status });
    const largest = largestBlock(join(build.out, "recording.isotrace"));
    must(largest > 15 * rate, `a block must take longer than 15 s, but the largest has ${largest} bytes`);
    return `${bytes} bytes in ${seconds.toFixed(1)} s, one block of ${largest} bytes, over one connection`;
  },
};

function largestBlock(path: string): number {
  return Math.max(...[...readRecording(path)].map(({ length }) => length));
}
