import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Build, rounds, storm, stormStatus } from "./build.ts";
import type { Fault } from "./fault.ts";
import { Linked } from "./linked.ts";
import { bytesAt, expectSame, keysOf, must } from "./same.ts";
import { until } from "./until.ts";

/** How long the link is cut, in seconds. */
const cut = 60;
/** How long a build is that goes on after it: it must have begun to stream before. */
const whole = cut + 40;
/** Rounds that tell how long a round is. */
const sample = 150;
/** What `isotrace run` may go on for when its build has ended: its patience, and a last attempt. Seconds. */
const bound = 50;

/** The link is cut in the middle of a build that goes on after it; and of one that ends before. */
export const cutFault: Fault = {
  name: "cut",
  async run(home) {
    const alone = Build.start(join(home, "alone"), { command: rounds(sample) });
    must((await alone.ended()) === stormStatus, `without a collector: ${alone.output}`);
    const count = Math.ceil((whole / alone.took!) * sample);
    const took = await outlast(join(home, "long"), count);
    const without = (alone.took! / sample) * count;
    return `the build took ${took.toFixed(1)} s, without a collector ${without.toFixed(1)} s; ${await endBefore(join(home, "short"))}`;
  },
};

/** @returns seconds that the build took */
async function outlast(home: string, count: number): Promise<number> {
  await using linked = await Linked.make(home);
  const { link, collector } = linked;
  const build = linked.build(home, rounds(count));
  await until("the stream", 20, () => bytesAt(collector.data) > 0);
  link.set({ kind: "cut" });
  const before = roundsOf(build);
  await wait(cut * 1000);
  const atCut = bytesAt(collector.data);
  must(roundsOf(build) > before, "the build must go on while the link is cut, but did not");
  must(build.took === undefined, "the build must outlast the cut, but did not");
  link.set({ kind: "fair" });
  await until("the stream goes on", 15, () => bytesAt(collector.data) > atCut);
  const status = await build.ended();
  must(status === stormStatus, `the build must end with ${stormStatus}, but: ${status}: ${build.output}`);
  expectSame(build.out, collector.data, { status });
  return build.took!;
}

/** @returns what was seen */
async function endBefore(home: string): Promise<string> {
  await using linked = await Linked.make(home);
  const { link, collector } = linked;
  const build = linked.build(home, storm(8));
  await until("the stream", 20, () => bytesAt(collector.data) > 0);
  link.set({ kind: "cut" });
  await until("the build ends, though the link is cut", 20, () => build.took !== undefined);
  const ended = performance.now();
  const status = await build.ended();
  const later = (performance.now() - ended) / 1000;
  must(status === stormStatus, `the build must end with ${stormStatus}, but: ${status}: ${build.output}`);
  must(build.output.includes("isotrace push"), `it must say what to do, but: ${build.output}`);
  must(later < bound, `it must end within ${bound} s after its build, but took ${later.toFixed(1)} s`);
  link.set({ kind: "fair" });
  const pushed = await linked.push(build.out);
  must(pushed.status === 0, `push must work, but: ${pushed.stderr}`);
  must(keysOf(collector.data).length === 1, "the same recording must be gone on with, but another was begun");
  expectSame(build.out, collector.data, { status });
  return `one that ended meanwhile was given up after ${later.toFixed(1)} s and pushed`;
}

function roundsOf({ directory }: Build): number {
  const path = join(directory, "rounds");
  return existsSync(path) ? readFileSync(path, "utf8").length : 0;
}
