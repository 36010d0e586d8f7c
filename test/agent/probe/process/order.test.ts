import fc from "fast-check";
import { expect, it } from "vitest";
import { attribute, opensToExecute } from "../../../../agent/probe/process/attribution.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import { factsOf } from "./support/facts.ts";

/** What one process does, with the time that passes before each: it writes a file, or executes a program, or nothing is read for long. */
const step = fc.record({
  pause: fc.integer({ min: 1, max: 3000 }),
  act: fc.constantFrom("write", "write", "write", "dash", "perl", "script", "wrapped", "read"),
  /** Whether the queues are read between the opening of a program and its execution. */
  isCut: fc.boolean(),
});

/** A script's own opening is left over when its interpreter's was merged, and a later exec of the script's name finds it. */
const leftOver = ["dash", "script", "read", "write", "wrapped", "read", "write", "wrapped"].map((act) => ({
  pause: 1,
  act,
  isCut: false,
}));

interface Queued {
  time: number;
  /** The command that truly wrote, or the program that was opened to be executed. */
  wrote?: number;
  opened?: string;
  object?: string;
}

it("no write is given to another command than its own, unless it is said to be uncertain", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
      const { batches, execs } = run(steps);
      const table = new ProcessTable();
      const process = table.fork(7, 0, 0, undefined);
      let told = 0;
      for (const { from, to, queue } of batches) {
        for (; told < execs.length && execs[told]!.time <= to; told++)
          table.exec(process, execs[told]!.time, execs[told]!.name, factsOf());
        for (const { wrote, opened } of queue) {
          if (opened !== undefined) opensToExecute(table, 7, opened, from, to);
          if (wrote === undefined) continue;
          const { epoch, uncertain } = attribute(table, 7, from, to);
          if (!uncertain) expect(epoch).toBe(wrote);
        }
      }
    }),
    { numRuns: 5000, examples: [[leftOver]] },
  );
});

/** The kernel's two queues: execs with their time, and file events without, but in order, by when they were read. */
function run(steps: { pause: number; act: string; isCut: boolean }[]) {
  const execs: { time: number; name: string }[] = [];
  const batches: { from: number; to: number; queue: Queued[] }[] = [];
  let queue: Queued[] = [];
  let [time, emptyAt] = [1000, 1000];
  const open = (name: string, object = name) => {
    // One that still waits to be read is not told of again.
    if (!queue.some((each) => each.object === object)) queue.push({ time, opened: name, object });
    time += 20;
  };
  const read = () => {
    batches.push({ from: emptyAt, to: time, queue });
    queue = [];
    emptyAt = time;
  };
  for (const { pause, act, isCut } of steps) {
    time += pause;
    if (act === "read") read();
    else if (act === "write") queue.push({ time, wrote: execs.length });
    else {
      // A program that a script of its own name executes in its place is common.
      const name = { script: "dash", wrapped: "script" }[act] ?? act;
      if (act === "script") open("script", "the script");
      open(name);
      open("ld-linux-x86-64.so.2");
      if (isCut) {
        read();
        time += 20;
      }
      execs.push({ time, name });
    }
  }
  read();
  return { batches, execs };
}
