import { describe, expect, it } from "vitest";
import { Adoption } from "../../../../agent/probe/process/adoption.ts";
import type { Incarnation } from "../../../../agent/probe/process/incarnation.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import { factsOf } from "./support/facts.ts";

describe("the build's processes, where Isotrace starts it", () => {
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

  it("are not others that work in its directory", () => {
    const table = new ProcessTable();
    const editor = table.fork(10, 1e9, 0, undefined);
    const adoption = new Adoption("/build", 11);
    table.exec(editor, 1, "vi", factsOf("vi notes", "/build"));
    adoption.take(editor, 12);
    adoption.onExec(editor);
    expect(editor.outside).toBe(true);
    expect(adoption.isRunning([editor])).toBe(false);
  });
});

describe("the build's processes, where Isotrace is attached", () => {
  const adoption = new Adoption("/build", 0);
  let start = 0;
  /** A process outside the build until something makes it the build's. */
  function make(command: string, directory: string, parent?: Incarnation, root = 0): Incarnation {
    const table = new ProcessTable();
    const process = table.fork(100, ++start * 1e9, 0, parent);
    table.exec(process, 1, "", factsOf(command, directory, { root }));
    adoption.onExec(process);
    return process;
  }

  it.each([
    ["/build", false],
    ["/build/chroot", false],
    ["/", true],
    ["/builder", true],
    ["/other/build", true],
    ["", true],
  ])("are those that start a program in its directory: in %s, outside is %s", (directory, outside) => {
    expect(make("sh", directory).outside).toBe(outside);
  });

  it("do not begin in a chroot that has a directory of the same name", () => {
    expect(make("sh", "/build", undefined, 3).outside).toBe(true);
  });

  it("stay the build's where they go elsewhere, as do their children", () => {
    const lb = make("lb build", "/build");
    expect(make("mktemp", "/tmp", lb).outside).toBe(false);
  });

  it("are found running already, below those that were judged before", () => {
    const table = new ProcessTable();
    const lb = table.fork(10, 1e9, 0, undefined);
    table.exec(lb, 1, "lb", factsOf("/bin/sh /usr/bin/lb build", "/build"));
    const child = table.fork(11, 2e9, 0, lb);
    const [recorder, reader] = [table.fork(12, 3e9, 0, undefined), table.fork(14, 5e9, 0, undefined)];
    table.exec(recorder, 1, "node", factsOf("node main.ts", "/build"));
    expect(child.outside).toBe(true);
    for (const each of [lb, child, recorder, reader]) adoption.take(each, 12);
    expect([lb, child, recorder, reader].map(({ outside }) => outside)).toEqual([false, false, true, true]);
    expect(recorder.own).toBe(true);
    expect(adoption.isRunning([lb, child])).toBe(true);
    expect(adoption.isRunning([child, recorder])).toBe(false);
  });

  it.each([
    ["lb build", true],
    ["/bin/sh /usr/bin/lb build --verbose", true],
    ["/bin/sh /usr/lib/live/build/build", true],
    ["lb config", false],
    ["lb clean", false],
    ["make build", false],
    ["club build", false],
  ])("are a whole build: %s is %s", (command, whole) => {
    expect(adoption.isWholeBuild(make(command, "/build"))).toBe(whole);
  });

  it("are one build, though live-build's scripts call one another, and none in another directory", () => {
    const lb = make("lb build", "/build");
    expect(adoption.isWholeBuild(make("/bin/sh /usr/lib/live/build/build", "/build", lb))).toBe(false);
    expect(adoption.isWholeBuild(make("lb build", "/other"))).toBe(false);
  });
});
