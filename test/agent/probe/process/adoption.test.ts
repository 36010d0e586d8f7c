import { describe, expect, it } from "vitest";
import { Adoption } from "../../../../agent/probe/process/adoption.ts";
import { seed } from "../../../../agent/probe/process/seed.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";

describe("the processes that live already", () => {
  it("are found with their commands and parents", () => {
    const table = new ProcessTable();
    seed(table);
    const self = table.current(process.pid)!;
    expect(Buffer.from(self.facts!.argv).toString()).toContain(process.argv[0]!.split("/").at(-1)!);
    expect(Buffer.from(self.facts!.workingDirectory).toString()).toBe(process.cwd());
    expect(self.parent?.pid).toBe(process.ppid);
    expect(self.facts!.restored).toBe(true);
  });
});

describe("the build's processes", () => {
  it("are the supervisor's children and theirs, without the recorder and its own", () => {
    const table = new ProcessTable();
    const shell = table.fork(10, 1e9, 0, undefined);
    const supervisor = table.fork(11, 2e9, 0, shell);
    const recorder = table.fork(12, 3e9, 0, supervisor);
    const reader = table.fork(13, 4e9, 0, recorder);
    const build = table.fork(14, 5e9, 0, supervisor);
    const child = table.fork(15, 6e9, 0, build);
    const adoption = new Adoption("/build", 11);
    for (const each of [shell, supervisor, recorder, reader, build, child]) adoption.take(each, 12);
    expect([shell, supervisor, build, child].map(({ outside }) => outside)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([recorder, reader, build].map(({ own }) => own)).toEqual([true, true, false]);
    expect(table.fork(16, 7e9, 0, supervisor)).toMatchObject({ outside: false, own: false });
    expect(table.fork(17, 8e9, 0, recorder).own).toBe(true);
  });
});
