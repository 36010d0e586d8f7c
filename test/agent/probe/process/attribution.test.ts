import { describe, expect, it } from "vitest";
import { attribute, opensToExecute } from "../../../../agent/probe/process/attribution.ts";
import type { Incarnation } from "../../../../agent/probe/process/incarnation.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import { factsOf } from "./support/facts.ts";

const facts = factsOf();

/** Times are microseconds; starts are nanoseconds, more than a tick apart. */
function fork(table: ProcessTable, pid: number, time: number, parent?: Incarnation): Incarnation {
  return table.fork(pid, time * 1000, time, parent);
}
const ms = 1000;

describe("who did it", () => {
  it("is who had the pid at that time, and not who has it now", () => {
    const table = new ProcessTable();
    const first = fork(table, 7, 100 * ms);
    table.exit(first, 200 * ms);
    const second = fork(table, 7, 300 * ms);
    expect(attribute(table, 7, 150 * ms, 160 * ms)).toMatchObject({ process: first, uncertain: false });
    // A process that has ended closes its files a little later: until the pid is used again, it was that one.
    expect(attribute(table, 7, 210 * ms, 220 * ms)).toMatchObject({ process: first, uncertain: false });
    expect(attribute(table, 7, 310 * ms, 320 * ms)).toMatchObject({ process: second, uncertain: false });
  });

  it("is said to be uncertain where two had the pid within the window", () => {
    const table = new ProcessTable();
    const first = fork(table, 7, 100 * ms);
    table.exit(first, 200 * ms);
    fork(table, 7, 220 * ms);
    expect(attribute(table, 7, 190 * ms, 230 * ms).uncertain).toBe(true);
  });

  it("is nobody, and uncertain, for a pid that was never seen", () => {
    expect(attribute(new ProcessTable(), 9, 0, 10)).toEqual({
      process: undefined,
      epoch: 0,
      uncertain: true,
    });
  });
});

describe("which command it ran", () => {
  it("is the one before an exec in the window, until its program was seen being opened", () => {
    const table = new ProcessTable();
    const process = fork(table, 7, 0);
    table.exec(process, 105 * ms, "dash", facts);
    const writer = () => attribute(table, 7, 100 * ms, 110 * ms);
    expect(writer()).toMatchObject({ epoch: 0, uncertain: false });
    opensToExecute(table, 7, "script", 100 * ms, 110 * ms);
    opensToExecute(table, 7, "dash", 100 * ms, 110 * ms);
    opensToExecute(table, 7, "ld-linux-x86-64.so.2", 100 * ms, 110 * ms);
    expect(writer()).toMatchObject({ epoch: 1, uncertain: false });
  });

  it("is the one after it, where the program was opened in the window before", () => {
    const table = new ProcessTable();
    const process = fork(table, 7, 0);
    opensToExecute(table, 7, "dash", 90 * ms, 100 * ms);
    table.exec(process, 100.2 * ms, "dash", facts);
    expect(attribute(table, 7, 99.9 * ms, 110 * ms)).toMatchObject({ epoch: 1, uncertain: false });
  });

  it("is uncertain after a program that was executed twice: the kernel tells of one opening", () => {
    const table = new ProcessTable();
    const process = fork(table, 7, 0);
    for (const time of [101, 103, 105]) table.exec(process, time * ms, "self", facts);
    opensToExecute(table, 7, "self", 100 * ms, 110 * ms);
    expect(attribute(table, 7, 100 * ms, 110 * ms)).toMatchObject({ epoch: 1, uncertain: true });
    expect(attribute(table, 7, 110 * ms, 120 * ms)).toMatchObject({ epoch: 3, uncertain: false });
  });

  it("is the last of several execs of one program, where its opening is the first event that is read", () => {
    const table = new ProcessTable();
    const process = fork(table, 7, 0);
    opensToExecute(table, 7, "self", 100 * ms, 110 * ms);
    for (const time of [101, 105, 115]) table.exec(process, time * ms, "self", facts);
    opensToExecute(table, 7, "self", 110 * ms, 120 * ms);
    expect(attribute(table, 7, 110 * ms, 120 * ms)).toMatchObject({ epoch: 3, uncertain: false });
  });

  it("is not guessed by an opening that may have been for the exec before", () => {
    const table = new ProcessTable();
    const process = fork(table, 7, 0);
    // dash, and then a script of dash's whose name a program has, too: dash's opening is not told twice.
    for (const name of ["dash", "ld-linux-x86-64.so.2", "tool"])
      opensToExecute(table, 7, name, 100 * ms, 110 * ms);
    table.exec(process, 101 * ms, "dash", facts);
    table.exec(process, 105 * ms, "dash", facts);
    expect(attribute(table, 7, 110 * ms, 120 * ms)).toMatchObject({ epoch: 2, uncertain: false });
    table.exec(process, 125 * ms, "tool", facts);
    expect(attribute(table, 7, 120 * ms, 130 * ms)).toMatchObject({ uncertain: true });
    expect(attribute(table, 7, 130 * ms, 140 * ms)).toMatchObject({ epoch: 3, uncertain: false });
  });

  it("is known in little memory, where a process opens programs without end and executes none", () => {
    const table = new ProcessTable();
    const process = fork(table, 7, 0);
    for (let i = 0; i < 10_000; i++) opensToExecute(table, 7, `program ${i}`, i * ms, (i + 1) * ms);
    expect(process.order.opened.length).toBeLessThan(100);
  });

  describe("where the opening of a program is not told", () => {
    const untold = (process: Incarnation, time: number, table: ProcessTable) =>
      table.exec(process, time * ms, "dash", facts, [], false);

    it("is uncertain around the exec, and most likely the new program", () => {
      const table = new ProcessTable();
      untold(fork(table, 7, 0), 105, table);
      expect(attribute(table, 7, 100 * ms, 110 * ms)).toMatchObject({ epoch: 1, uncertain: true });
      expect(attribute(table, 7, 110 * ms, 120 * ms)).toMatchObject({ epoch: 1, uncertain: false });
    });

    it("is not one after an exec that is told of and was not yet", () => {
      const table = new ProcessTable();
      const process = fork(table, 7, 0);
      untold(process, 102, table);
      table.exec(process, 105 * ms, "tool", facts);
      expect(attribute(table, 7, 100 * ms, 110 * ms)).toMatchObject({ epoch: 1, uncertain: true });
    });

    it("is certain after a later exec that is told of", () => {
      const table = new ProcessTable();
      const process = fork(table, 7, 0);
      untold(process, 102, table);
      table.exec(process, 105 * ms, "tool", facts);
      opensToExecute(table, 7, "tool", 100 * ms, 110 * ms);
      expect(attribute(table, 7, 100 * ms, 110 * ms)).toMatchObject({ epoch: 2, uncertain: false });
    });
  });
});

describe("the table", () => {
  it("forgets what ended long ago, and keeps who has the pid now", () => {
    const table = new ProcessTable();
    const first = fork(table, 7, 100 * ms);
    table.exit(first, 200 * ms);
    const second = fork(table, 7, 300 * ms);
    const other = fork(table, 8, 100 * ms);
    table.exit(other, 200 * ms);
    table.forget(250 * ms);
    expect(table.current(7)).toBe(second);
    expect(table.current(8)).toBeUndefined();
    expect(table.candidates(7, 0, 150 * ms)).toEqual([second]);
  });

  it("keeps two apart that had one pid within a tick", () => {
    const table = new ProcessTable();
    const first = table.fork(7, 1_231_000_000, 1_231_000, undefined);
    const second = table.fork(7, 1_238_000_000, 1_238_000, undefined);
    expect(second).not.toBe(first);
    expect(table.find(7, 1_231_000_000)).toBe(first);
    table.exit(first, 1_235_000);
    expect(table.current(7)).toBe(second);
    expect(attribute(table, 7, 1_232_000, 1_234_000)).toMatchObject({ process: first, uncertain: false });
    expect(attribute(table, 7, 1_239_000, 1_240_000)).toMatchObject({ process: second, uncertain: false });
  });

  it("knows a process by its start as /proc shows it, to a tick", () => {
    const table = new ProcessTable();
    const process = table.fork(7, 1_234_567_891, 0, undefined);
    expect(table.find(7, 1_230_000_000)).toBe(process);
    expect(table.find(7, 1_240_000_000)).toBeUndefined();
  });
});
