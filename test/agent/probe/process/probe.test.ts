import { describe, expect, it } from "vitest";
import type { KernelEvent } from "../../../../agent/kernel/events.ts";
import { ProcessProbe } from "../../../../agent/probe/process/probe.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import type { Event } from "../../../../proto/events.ts";
import { exec, fork, hostRoot, second } from "./support/kernel-events.ts";

/** A probe that has been told of a shell outside of the build, and of the supervisor that starts the build, pid 11. */
function begun() {
  const table = new ProcessTable();
  const events: Event[] = [];
  const losses: string[] = [];
  const probe = new ProcessProbe(table, hostRoot, {
    emit: (event) => events.push(event),
    loss: (what, detail) => losses.push(`${what}: ${detail}`),
    tells: () => true,
    onExec: () => {},
    onExit: () => {},
    directoryNumber: () => 5,
  });
  const shell = table.fork(10, 1 * second, 1e6, undefined);
  const supervisor = table.fork(11, 2 * second, 2e6, shell);
  supervisor.startsBuild = true;
  return { table, events, losses, shell, tell: (event: KernelEvent) => probe.handle(event), probe };
}

const kinds = (events: Event[]) => events.map(({ kind }) => kind);

describe("a process of the build", () => {
  it("is recorded as it begins, with those above it, and once as it ends", () => {
    const { events, tell } = begun();
    tell(fork(11, 2 * second, 20, 3 * second));
    tell(exec(20, 3 * second, "lb"));
    const end = { time: 4e6, pid: 20, start: 3 * second, status: 3, signal: 0, core: false };
    tell({ kind: "exit", ...end });
    tell({ kind: "exit", ...end, status: 0 });
    expect(kinds(events)).toEqual(["process", "process", "process", "exec", "exit"]);
    expect(events.slice(2)).toEqual([
      expect.objectContaining({ id: 3, pid: 20, parent: 2, parentEpoch: 0, outside: false }),
      expect.objectContaining({ process: 3, epoch: 1, argv: Buffer.from("lb\0"), root: 0, cut: false }),
      expect.objectContaining({ process: 3, status: 3, time: 4e6 }),
    ]);
  });

  it("is recorded also if its fork was not told, by what its exec says of its parent", () => {
    const { events, tell } = begun();
    tell(exec(20, 3 * second, "lb"));
    expect(events.find((event) => event.kind === "process" && event.pid === 20)).toMatchObject({
      parent: 2,
      outside: false,
    });
  });

  it("has what it asked for, and where it connected to, given to the command that did", () => {
    const { events, tell } = begun();
    tell(fork(11, 2 * second, 20, 3 * second));
    tell(exec(20, 3 * second, "sh"));
    const own = { pid: 20, start: 3 * second };
    const items = [{ what: "uname", count: 1, bytes: 0, flags: 0 }];
    // Told just before the exec that ends them.
    tell({ kind: "needs", ...own, time: 3.1e6, items });
    tell(exec(20, 3 * second, "wget", { time: 3.1e6 + 1 }));
    const v6 = Buffer.from("20010db8000000000000000000000001", "hex");
    const to = { port: 80, protocol: 6, pending: false };
    tell({ kind: "connect", ...own, time: 3.2e6, family: 4, address: Buffer.from([192, 0, 2, 1]), ...to });
    tell({ kind: "connect", ...own, time: 3.2e6, family: 6, address: v6, ...to });
    expect(events.filter(({ kind }) => kind === "needs" || kind === "connection")).toEqual([
      { kind: "needs", time: 3.1e6, process: 3, epoch: 1, items },
      { kind: "connection", time: 3.2e6, process: 3, epoch: 2, address: "192.0.2.1", port: 80, protocol: 6 },
      {
        kind: "connection",
        time: 3.2e6,
        process: 3,
        epoch: 2,
        address: "2001:db8:0:0:0:0:0:1",
        port: 80,
        protocol: 6,
      },
    ]);
  });

  it("has dpkg's variables of a maintainer script recorded, and nothing else of its environment", () => {
    const { events, tell } = begun();
    const block =
      "TOKEN=secret\0DPKG_MAINTSCRIPT_NAME=postinst\0XDPKG_MAINTSCRIPT_X=1\0DPKG_MAINTSCRIPT_ARCH\0";
    tell(exec(20, 3 * second, "postinst", { environment: Buffer.from(block) }));
    const { environment } = events.find((event) => event.kind === "exec")!;
    expect(environment).toEqual([
      { name: Buffer.from("DPKG_MAINTSCRIPT_NAME"), value: Buffer.from("postinst") },
    ]);
  });

  it.each([
    ["arguments", { argvTruncated: true }],
    ["arguments that could not be read", { argvUnreadable: true }],
    ["the script's path", { filenameTruncated: true }],
    ["the program's path", { executable: { path: Buffer.from("x"), truncated: true, unreachable: false } }],
    ["the directory's path", { cwd: { path: Buffer.from("x"), truncated: true, unreachable: false } }],
  ])("is marked where it is not whole: %s", (_, rest) => {
    const { events, tell } = begun();
    tell(exec(20, 3 * second, "x", rest));
    expect(events.at(-1)).toMatchObject({ kind: "exec", cut: true });
  });
});

describe("a process outside of the build", () => {
  it("is recorded from when it writes in it, with the command that it runs then", () => {
    const { table, events, shell, tell, probe } = begun();
    tell(fork(10, 1 * second, 30, 5 * second));
    for (const command of ["sh", "vi"])
      tell(exec(30, 5 * second, command, { parent: 10, parentStart: second }));
    tell({ kind: "needs", time: 5.1e6, pid: 30, start: 5 * second, items: [] });
    expect(events).toEqual([]);
    expect(probe.number(table.current(30)!)).toBe(2);
    expect(kinds(events)).toEqual(["process", "process", "exec"]);
    expect(events[1]).toMatchObject({ pid: 30, parent: shell.id, outside: true });
    expect(events[2]).toMatchObject({ process: 2, epoch: 2, argv: Buffer.from("vi\0") });
  });
});

it("what is no event of a process is counted as a loss", () => {
  const { events, losses, tell } = begun();
  tell({ kind: "malformed", reason: "unknown kind 9", length: 40 });
  expect([events, losses]).toEqual([[], ["malformed: process event: unknown kind 9"]]);
});
