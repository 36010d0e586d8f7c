import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DpkgRuns } from "../../../../agent/probe/package/dpkg-runs.ts";

/** What happens to a log: a dpkg begins, logs something, ends (and closes the log); the log is read. */
type Step = "begin" | "log" | "end" | "read";
const steps = fc.array(fc.constantFrom<Step>("begin", "log", "end", "read"), { maxLength: 60 });

/** Plays the steps with one dpkg at a time. @returns [process, entry] as told, and as it was. */
function play(all: Step[]) {
  const runs = new DpkgRuns<number, number>();
  const told: [number | undefined, number][] = [];
  const really: [number, number][] = [];
  let unread: number[][] = [[]];
  let process = 0;
  let isRunning = false;
  const read = () => {
    for (const run of runs.read(unread, runs.awaited))
      told.push(...run.entries.map((entry): [number | undefined, number] => [run.process, entry]));
    unread = [[]];
  };
  const end = () => {
    if (isRunning) runs.closed(process);
    isRunning = false;
  };
  for (const step of all) {
    if (step === "begin" && !isRunning) {
      process++;
      isRunning = true;
      unread.push([]);
    }
    if (step === "log" && isRunning) {
      really.push([process, really.length]);
      unread.at(-1)!.push(really.length - 1);
    }
    if (step === "end") end();
    if (step === "read") read();
  }
  end();
  read();
  return { told, really };
}

describe("runs of dpkg", () => {
  it("are of the process that closed the log after them, whenever the log is read", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { told, really } = play(all);
        expect(told).toEqual(really);
      }),
    );
  });

  it("wait for a process that closed the log after it was asked for", () => {
    const runs = new DpkgRuns<string, string>();
    runs.closed("first");
    const asked = runs.awaited;
    runs.closed("second");
    // The log was read while the second was still writing.
    expect(runs.read([[], ["a"], ["b"]], asked)).toEqual([{ process: "first", entries: ["a"] }]);
    expect(runs.read([["c"]], runs.awaited)).toEqual([{ process: "second", entries: ["b", "c"] }]);
  });

  it("are told without a process when it was not seen who closed the log, and never dropped", () => {
    const runs = new DpkgRuns<string, string>();
    expect(runs.read([[], ["a"], ["b"]], 0)).toEqual([{ process: undefined, entries: ["a"] }]);
    expect(runs.flush()).toEqual([{ process: undefined, entries: ["b"] }]);
  });
});
