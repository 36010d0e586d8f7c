import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incarnation } from "../../../../agent/probe/process/incarnation.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import { factsOf } from "./support/facts.ts";

const ms = 1000;

/** Times are microseconds; the start is the same moment in nanoseconds, as the kernel tells it. */
function fork(table: ProcessTable, pid: number, time: number, parent?: Incarnation): Incarnation {
  return table.fork(pid, time * 1000, time, parent);
}

describe("a process that is forked", () => {
  it("is its parent's child from the command that the parent then ran", () => {
    const table = new ProcessTable();
    const parent = fork(table, 1, 0);
    table.exec(parent, 10 * ms, "sh", factsOf());
    const child = fork(table, 2, 20 * ms, parent);
    table.exec(parent, 30 * ms, "dpkg", factsOf());
    expect(child).toMatchObject({ parent, parentEpoch: 1, epoch: 0 });
    expect(fork(table, 3, 40 * ms, parent).parentEpoch).toBe(2);
  });

  it("is in the table once, also where /proc and the kernel's event both tell of it", () => {
    const table = new ProcessTable();
    const seeded = table.fork(7, 1_230_000_000, 1_230_000, undefined);
    expect(table.fork(7, 1_234_567_891, 1_234_567, undefined)).toBe(seeded);
    expect(table.size).toBe(1);
  });

  it("is of the build if its parent is or starts it, and Isotrace's own if that is", () => {
    const table = new ProcessTable();
    const shell = fork(table, 1, 0);
    const supervisor = fork(table, 2, 10 * ms, shell);
    supervisor.startsBuild = true;
    const build = fork(table, 3, 20 * ms, supervisor);
    const recorder = fork(table, 4, 30 * ms, supervisor);
    recorder.own = true;
    expect([shell, supervisor, build].map(({ outside }) => outside)).toEqual([true, true, false]);
    expect(fork(table, 5, 40 * ms, build)).toMatchObject({ outside: false, own: false });
    expect(fork(table, 6, 50 * ms, recorder).own).toBe(true);
  });
});

describe("a command", () => {
  it("is kept for the recording, of a process outside the build only the last one", () => {
    const table = new ProcessTable();
    const [inside, outside] = [fork(table, 1, 0), fork(table, 2, 0)];
    inside.outside = false;
    for (const process of [inside, outside])
      for (let i = 1; i <= 3; i++) table.exec(process, i * ms, `program ${i}`, factsOf(`program ${i}`));
    expect(inside.unwritten.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(outside.unwritten.map(({ epoch }) => epoch)).toEqual([3]);
    expect(outside.epoch).toBe(3);
  });

  it("does not fill the memory where one process calls exec without end", () => {
    const table = new ProcessTable();
    const process = fork(table, 1, 0);
    for (let i = 1; i <= 10_000; i++) table.exec(process, i, "self", factsOf());
    expect(process.execs.length).toBeLessThan(100);
    expect(process.execs.at(-1)).toMatchObject({ epoch: 10_000, time: 10_000 });
  });
});

describe("what has ended", () => {
  it("is no longer among the living, and is still who last had the pid", () => {
    const table = new ProcessTable();
    const [ended, lives] = [fork(table, 1, 0), fork(table, 2, 0)];
    table.exit(ended, 10 * ms);
    expect([...table.living()]).toEqual([lives]);
    expect(table.current(1)).toBe(ended);
  });

  it("is forgotten in time, so that a build of any length needs the memory of a short one", () => {
    const table = new ProcessTable();
    for (let i = 0; i < 100_000; i++) {
      const process = fork(table, 300 + (i % 30_000), i * 20 * ms);
      table.exit(process, (i * 20 + 5) * ms);
      if (i % 1000 === 0) table.forget((i * 20 - 1000) * ms);
    }
    expect(table.size).toBeLessThan(2000);
  });
});

it("whoever had a pid within a window is among its candidates until forgotten, and who had it last is the last", () => {
  // Lives of one pid, one after the other: how long, and how long nobody had it then (at least two ticks).
  const lives = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 20, max: 200 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      lives,
      fc.nat(2000),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(2000),
      (all, at, length, old) => {
        const table = new ProcessTable();
        const [from, to] = [at * ms, (at + length) * ms];
        const made: Incarnation[] = [];
        let time = 0;
        for (const [lived, gap] of all) {
          const process = fork(table, 7, time * ms);
          made.push(process);
          table.exit(process, (time + lived) * ms);
          time += lived + gap;
        }
        table.forget(old * ms);
        const found = table.candidates(7, from, to);
        const kept = made.filter(({ ended }) => ended >= old * ms);
        const living = kept.filter(({ forked, ended }) => forked <= to && ended > from);
        expect(found).toEqual(expect.arrayContaining(living));
        expect(kept).toEqual(expect.arrayContaining(found));
        // The last of them had it last.
        if (living.length > 0) expect(found.at(-1)).toBe(living.at(-1));
      },
    ),
  );
});
