import type { Event } from "../../proto/events.ts";
import { readRecording } from "../../proto/recording.ts";
import { costOf, modelLimit } from "./budget.ts";
import { Build } from "./build.ts";

/**
 * The model of the build that a recording holds, in one pass over it.
 *
 * A block's processes are taken in before the block before it is replayed: the two kinds of event come from
 * different queues of the kernel, some milliseconds apart, and a writer's command must be known by then.
 *
 * @param limit what the model may take in memory, bytes: the rest of a larger recording is not read.
 * @throws NotARecording if it is none; a system error if it cannot be read. Damage within it is a cause of
 * incompleteness, not an error.
 */
export function readBuild(path: string, limit = modelLimit): Build {
  const build = new Build();
  let waiting: Event[] = [];
  let cost = 0;
  for (const item of readRecording(path)) {
    if (item.kind === "damage") {
      build.damages.addDamage(item.offset, item.length, item.because);
      continue;
    }
    build.damages.addBlock(item.sequence);
    const events = [...item.events];
    // A new recorder numbers things anew: what the earlier one said must be understood first.
    const isNewSegment = events.some((event) => event.kind === "segment");
    if (isNewSegment) waiting = replay(build, waiting);
    for (const event of events) {
      if (event.kind === "segment" && isNewSegment) waiting = replay(build, waiting);
      build.addProcesses(event);
      if (isNewSegment) waiting.push(event);
      cost += costOf(event);
    }
    if (!isNewSegment) {
      replay(build, waiting);
      waiting = events;
    }
    if (cost > limit) {
      build.damages.isTooLarge = true;
      break;
    }
  }
  replay(build, waiting);
  build.finish();
  return build;
}

function replay(build: Build, events: readonly Event[]): [] {
  for (const event of events) build.add(event);
  return [];
}
