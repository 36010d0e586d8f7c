import { describe, expect, it } from "vitest";
import { mask } from "../../../../agent/kernel/fanotify.ts";
import type { FileNotice } from "../../../../agent/kernel/fanotify-parse.ts";
import { FileProbe } from "../../../../agent/probe/file/probe.ts";
import { DirectoryTree } from "../../../../agent/probe/file/tree.ts";
import type { Writer } from "../../../../agent/probe/process/attribution.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import { type FileEvent, operation } from "../../../../proto/events.ts";
import { factsOf } from "../process/support/facts.ts";

/** Pids of a process of the build, of one outside of it, of one of Isotrace's own, of another of the build, and of nobody. */
const [build, onlooker, own, command, nobody] = [1, 2, 3, 4, 5];

/** A probe of an empty build directory, "top", whose processes' numbers are their pids. */
function begun({ uncertain = false } = {}) {
  const table = new ProcessTable();
  const events: FileEvent[] = [];
  const noticed: [string, number][] = [];
  for (const pid of [build, onlooker, own, command]) {
    const process = table.fork(pid, pid * 1e9, 0, undefined);
    process.outside = pid === onlooker || pid === own;
    process.own = pid === own;
  }
  const tree = new DirectoryTree("top");
  const nowhere = { find: () => undefined, made: () => {}, placeOf: () => undefined, takeIn: () => {} };
  const out = {
    emit: (event: { kind: string }) => event.kind === "file" && events.push(event as FileEvent),
    number: ({ pid }: { pid: number }) => pid,
    writer: (pid: number): Writer => ({ process: table.current(pid), epoch: 0, uncertain }),
    notice: (_: unknown, name: string, operations: number) => noticed.push([name, operations]),
  };
  const probe = new FileProbe(tree, nowhere, out, new Set(["isotrace's"]));
  const none = { fsid: "", directory: "top", name: "a", newDirectory: "", newName: "", target: "file a" };
  let window = 10;
  const tell = (pid: number, bits: number, rest: Partial<FileNotice> = {}) =>
    probe.handle({ ...none, pid, mask: bits, ...rest }, window, window + 10);
  const wait = () => (window += 10);
  return { events, noticed, table, tell, wait };
}

const writers = (events: FileEvent[]) => events.map(({ process }) => process);

describe("the writer of a file", () => {
  it("is who made it, and a guess is marked as one", () => {
    const sure = begun();
    sure.tell(build, mask.create | mask.closeWrite);
    expect(sure.events).toMatchObject([
      { process: build, epoch: 0, operations: operation.create | operation.write },
    ]);
    const unsure = begun({ uncertain: true });
    unsure.tell(build, mask.create);
    expect(unsure.events).toMatchObject([{ operations: operation.create | operation.uncertain }]);
  });

  it("is none, where nobody known had the pid", () => {
    const { events, tell } = begun();
    tell(nobody, mask.create);
    expect(events).toMatchObject([{ process: 0 }]);
  });

  it("is who wrote it, also where somebody who looks at the file is the last to close it", () => {
    const { events, tell, wait } = begun();
    tell(build, mask.create | mask.modify);
    tell(onlooker, mask.closeWrite);
    expect(writers(events)).toEqual([build, build]);
    wait();
    // As Isotrace itself does, when it looks who has the file open.
    tell(build, mask.modify);
    tell(own, mask.closeWrite);
    expect(writers(events)).toEqual([build, build, build, build]);
  });

  it("is the command that writes, where a shell opens a file for it and closes it", () => {
    const { events, tell } = begun();
    tell(build, mask.create);
    tell(command, mask.modify);
    tell(build, mask.closeWrite);
    expect(writers(events)).toEqual([build, command, command]);
    // The kernel merges the shell's two events into the first, where nobody read in between.
    const merged = begun();
    merged.tell(build, mask.create | mask.closeWrite);
    merged.tell(command, mask.modify);
    expect(writers(merged.events)).toEqual([build, command]);
    // What comes later has nothing to do with it.
    merged.wait();
    merged.tell(build, mask.closeWrite);
    expect(writers(merged.events)).toEqual([build, command, build]);
  });

  it("is who wrote last and closed it, also if others wrote before", () => {
    const { events, tell } = begun();
    tell(command, mask.create | mask.modify);
    tell(build, mask.modify | mask.closeWrite);
    expect(writers(events)).toEqual([command, build]);
  });

  it("is the command that a process becomes with the file as its output; who made it is told apart", () => {
    const { events, tell, table } = begun();
    const target = "\x01\0\0\0\x07\0\0\0\x09\0\0\0";
    table.exec(table.current(build)!, 15, "date", factsOf("date"), [7]);
    tell(build, mask.create | mask.closeWrite, { target });
    expect(events).toMatchObject([
      { process: build, epoch: 0, operations: operation.create },
      { process: build, epoch: 1, operations: operation.write },
    ]);
    // Another file is the shell's, and one that is gone too: its removal stays last.
    tell(build, mask.create | mask.closeWrite, { target: target.replace("\x07", "\x08") });
    tell(build, mask.create | mask.closeWrite | mask.delete, { target });
    expect(events.slice(2)).toMatchObject([{ epoch: 0 }, { epoch: 0 }]);
  });

  it("is who closed it, where no process of the build was seen writing", () => {
    const { events, tell } = begun();
    tell(onlooker, mask.create | mask.modify);
    tell(build, mask.closeWrite);
    tell(onlooker, mask.closeWrite, { name: "b", target: "file b" });
    expect(writers(events)).toEqual([onlooker, build, onlooker]);
  });

  it("is never Isotrace: what it does is not part of the build, and nor are its directories", () => {
    const { events, noticed, tell } = begun();
    expect(tell(own, mask.create | mask.closeWrite)).toBe(false);
    expect(tell(build, mask.create, { directory: "isotrace's" })).toBe(false);
    expect([events, noticed]).toEqual([[], []]);
  });
});

describe("what is told to those who read files of the build", () => {
  it("is a file when it is closed, and not while it is still being written", () => {
    const { noticed, tell } = begun();
    tell(build, mask.create | mask.modify);
    tell(build, mask.modify);
    tell(build, mask.closeWrite);
    expect(noticed).toEqual([
      ["a", operation.create],
      ["a", operation.write],
    ]);
  });

  it("is a file that was renamed at its new place, as one that is new there", () => {
    const { noticed, tell } = begun();
    tell(build, mask.rename, { newDirectory: "top", newName: "b" });
    expect(noticed).toEqual([
      ["a", operation.rename],
      ["b", operation.rename | operation.create],
    ]);
  });
});

it("what happened in a directory is told also where the kernel has merged its making and its removal before it", () => {
  const { events, tell } = begun();
  tell(build, mask.create | mask.delete | mask.onDirectory, { name: "d", target: "directory d" });
  tell(build, mask.create | mask.delete, { directory: "directory d", name: "f" });
  expect(events).toMatchObject([
    { name: "d", child: 2, operations: operation.create | operation.delete | operation.directory },
    { name: "f", directory: 2, operations: operation.create | operation.delete },
  ]);
});

it("a program that is opened to be executed, and a file on another file system, are no changes", () => {
  const { events, tell } = begun();
  expect(tell(build, mask.openExec)).toBe(false);
  expect(tell(build, mask.create, { directory: "elsewhere" })).toBe(false);
  expect(events).toEqual([]);
});
