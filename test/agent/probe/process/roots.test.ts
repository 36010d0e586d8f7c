import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProcessProbe } from "../../../../agent/probe/process/probe.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";
import type { Event } from "../../../../proto/events.ts";
import { exec, hostRoot, second } from "./support/kernel-events.ts";

let top: string;
let chroot: string;
let child: ChildProcess;
beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), "isotrace-roots-"));
  chroot = join(top, "chroot");
  mkdirSync(chroot);
  const copy = `for f in /bin/cat $(ldd /bin/cat | grep -o '/[^ ]*'); do mkdir -p .$(dirname $f); cp $f .$f; done`;
  execaSync("sh", ["-c", copy], { cwd: chroot });
  child = spawn("/usr/sbin/chroot", [chroot, "/bin/cat"], { stdio: ["pipe", "pipe", "ignore"] });
  child.stdin!.write("begun\n");
  await once(child.stdout!, "data");
});
afterEach(async () => {
  child.stdin!.end();
  await once(child, "exit");
  execaSync("rm", ["-r", top]); // Node's own takes no path that is too long
});

/** A probe to which `number` tells that of the root directory, by how often it was asked. */
function begun(number = (_asked: number): number | undefined => 5) {
  const table = new ProcessTable();
  const events: Event[] = [];
  let asked = 0;
  const probe = new ProcessProbe(table, hostRoot, {
    emit: (event) => events.push(event),
    loss: (what, detail) => expect.unreachable(`${what}: ${detail}`),
    tells: () => true,
    onExec: () => {},
    onExit: () => {},
    directoryNumber: () => number(++asked),
  });
  table.fork(11, 2 * second, 2e6, undefined).startsBuild = true;
  let start = 3 * second;
  /** The process of this pid has executed a program with the root `chroot`. */
  const executes = (pid: number, root = identityOf(chroot)) => {
    start += second;
    probe.handle(exec(pid, start, "x", { root }));
  };
  const roots = () => events.filter((event) => event.kind === "root");
  const execs = () => events.filter((event) => event.kind === "exec").map(({ root }) => root);
  return { executes, roots, execs };
}

function identityOf(path: string) {
  const { dev, ino } = statSync(path);
  return { device: dev, inode: ino };
}

describe("a root that processes are chrooted to", () => {
  it("is told once, with its path and directory, for all processes in it", () => {
    const { executes, roots, execs } = begun();
    executes(child.pid!);
    renameSync(chroot, `${chroot}.tmp`);
    executes(child.pid!, identityOf(`${chroot}.tmp`));
    executes(20, hostRoot);
    expect(execs()).toEqual([1, 1, 0]);
    expect(roots()).toEqual([
      { kind: "root", time: expect.any(Number), id: 1, directory: 5, path: Buffer.from(chroot) },
    ]);
  });

  it("is told later, if the first process in it had ended, or its directory was not known yet", () => {
    const { executes, roots, execs } = begun((asked) => (asked < 3 ? undefined : 7));
    executes(2 ** 22 + 1); // beyond any pid: it is gone
    for (let i = 0; i < 4; i++) executes(child.pid!);
    expect(execs()).toEqual([1, 1, 1, 1, 1]);
    expect(roots()).toMatchObject([{ id: 1, directory: 7 }]);
  });

  it("is not told by another process that has the pid by now, with a root of its own", () => {
    const { executes, roots } = begun();
    executes(process.pid);
    expect(roots()).toEqual([]);
    executes(child.pid!);
    expect(roots()).toMatchObject([{ id: 1, path: Buffer.from(chroot) }]);
  });

  it("is not told where no path is long enough for it, and its processes are recorded all the same", () => {
    const { executes, roots, execs } = begun();
    const root = identityOf(chroot);
    let outermost = chroot;
    for (let i = 0; i < 20; i++) {
      const around = join(top, `around${i}`);
      mkdirSync(around);
      renameSync(outermost, join(around, "x".repeat(255)));
      outermost = around;
    }
    executes(child.pid!, root);
    expect(roots()).toEqual([]);
    expect(execs()).toEqual([1]);
  });

  it("is another one where it is another directory", () => {
    const { executes, execs } = begun();
    executes(child.pid!);
    executes(child.pid!, identityOf(top));
    executes(child.pid!);
    expect(execs()).toEqual([1, 2, 1]);
  });
});
