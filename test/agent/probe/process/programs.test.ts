import { chmodSync, closeSync, copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootMicroseconds } from "../../../../agent/kernel/clock.ts";
import type { ExecEvent } from "../../../../agent/kernel/events.ts";
import { mask, openFanotify, readBatch } from "../../../../agent/kernel/fanotify.ts";
import { NoticeParser } from "../../../../agent/kernel/fanotify-parse.ts";
import { Programs } from "../../../../agent/probe/process/programs.ts";
import { Overlay } from "../../kernel/support/overlay.ts";
import { exec, second } from "./support/kernel-events.ts";

let overlay: Overlay;
let group: number;
let program: string;
beforeEach(() => {
  overlay = new Overlay();
  program = join(overlay.merged, "program");
  copyFileSync("/bin/true", program);
  chmodSync(program, 0o755);
  group = openFanotify();
});
afterEach(() => {
  closeSync(group);
  overlay[Symbol.dispose]();
});

/** The exec of a program, now, by a process that has ended, a child of this one. */
function execOf(path: string, inode = statSync(path).ino): ExecEvent {
  const executable = { path: Buffer.from(path), truncated: false, unreachable: false };
  const executableIdentity = { device: statSync(path).dev, inode };
  return exec(2 ** 22 + 1, second, "program", {
    time: bootMicroseconds(),
    parent: process.pid,
    executable,
    executableIdentity,
  }) as ExecEvent;
}

/** Names of the programs that the group tells of. */
function told(programs: Programs): string[] {
  const names: string[] = [];
  const buffer = Buffer.alloc(65536);
  new NoticeParser().parse(buffer, readBatch(group, buffer), {
    notice: ({ mask: bits, name, target }) => {
      expect(bits).toBe(mask.openExec);
      names.push(name || programs.nameOf(target));
    },
    overflow: () => expect.unreachable(),
    malformed: (reason) => expect.unreachable(reason),
    unknownRecord: () => expect.unreachable(),
  });
  return names;
}

describe("a program on an overlayfs", () => {
  it("is told of from its second exec on", () => {
    const programs = new Programs(group, []);
    execaSync(program);
    expect(told(programs)).toEqual([]);
    expect(programs.tells(execOf(program))).toBe(false);
    execaSync(program);
    expect(told(programs)).toEqual(["program"]);
    expect(programs.tells(execOf(program))).toBe(true);
  });

  it("was not told of where an exec from before it had its mark is heard of later", () => {
    const programs = new Programs(group, []);
    const [first, second, third] = [execOf(program), execOf(program), execOf(program)];
    expect(programs.tells(first)).toBe(false);
    expect([second, third].map((event) => programs.tells(event))).toEqual([false, false]);
    expect(programs.tells(execOf(program))).toBe(true);
  });

  it("has no mark where another file has its path by now", () => {
    const programs = new Programs(group, []);
    expect(programs.tells(execOf(program, 1))).toBe(false);
    execaSync(program);
    expect(told(programs)).toEqual([]);
    expect(programs.tells(execOf(program))).toBe(false);
  });

  it("is never told of without fanotify", () => {
    const programs = new Programs(-1, []);
    for (let i = 0; i < 2; i++) expect(programs.tells(execOf(program))).toBe(false);
  });
});

it("a program on a file system that is marked is told of at once, and needs no mark", () => {
  const programs = new Programs(group, [statSync(program).dev]);
  expect(programs.tells(execOf(program))).toBe(true);
  execaSync(program);
  expect(told(programs)).toEqual([]);
});
