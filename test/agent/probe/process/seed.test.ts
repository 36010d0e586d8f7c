import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { decode } from "../../../../agent/kernel/decode.ts";
import { openProcessEvents, ringSize } from "../../../../agent/kernel/libbpf.ts";
import { Ring } from "../../../../agent/kernel/ring.ts";
import { commandOf, seed } from "../../../../agent/probe/process/seed.ts";
import { ProcessTable } from "../../../../agent/probe/process/table.ts";

const children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(
    children.splice(0).map((child) => {
      child.stdin?.end();
      return once(child, "exit");
    }),
  );
});

/** A program that runs until its input ends, and has begun when this returns. */
async function cat(args: string[] = [], options: { cwd?: string; file?: string } = {}): Promise<number> {
  const child = spawn(options.file ?? "/bin/cat", args, {
    cwd: options.cwd,
    stdio: ["pipe", "pipe", "ignore"],
  });
  children.push(child);
  child.stdin!.write("begun\n");
  await once(child.stdout!, "data");
  return child.pid!;
}

function seeded(): ProcessTable {
  const table = new ProcessTable();
  seed(table);
  return table;
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

describe("the processes that live already", () => {
  it("are found with command, directory and parent", async () => {
    const pid = await cat(["-", "a b"], { cwd: "/usr" });
    const found = seeded().current(pid)!;
    expect(text(found.facts!.argv)).toBe("/bin/cat\0-\0a b\0");
    expect(text(found.facts!.executable)).toBe("/usr/bin/cat");
    expect(text(found.facts!.workingDirectory)).toBe("/usr");
    expect(found).toMatchObject({ epoch: 1, execs: [{ epoch: 1, name: "cat" }], facts: { restored: true } });
    expect(found.parent).toMatchObject({ pid: process.pid, parent: { pid: process.ppid } });
  });

  it("are the same as the kernel's events tell of, by their start", async () => {
    const source = openProcessEvents({ needs: false });
    const ring = new Ring(source.ringFd, ringSize(source.ringFd));
    try {
      const pid = await cat();
      const table = seeded();
      const before = table.size;
      const starts: number[] = [];
      ring.consume((offset, length) => {
        const event = decode(ring.data, ring.view, offset, length);
        if (event.kind === "fork" && event.child === pid) starts.push(event.childStart);
      });
      expect(starts).toHaveLength(1);
      expect(table.fork(pid, starts[0]!, starts[0]! / 1000, undefined)).toBe(table.current(pid));
      expect(table.size).toBe(before);
    } finally {
      ring.close();
      source.close();
    }
  });

  it("are found whatever their name is: /proc puts it in parentheses as it is", async () => {
    const directory = mkdtempSync(join(tmpdir(), "isotrace-seed-"));
    try {
      const file = join(directory, ") S 1 1 (\n");
      copyFileSync("/bin/cat", file);
      const pid = await cat([], { file });
      const found = seeded().current(pid)!;
      expect(found.parent?.pid).toBe(process.pid);
      expect(found.execs[0]?.name).toBe(") S 1 1 (\n");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("have arguments cut at what a recording keeps, and marked", async () => {
    const long = "x".repeat(100_000);
    const facts = commandOf(await cat(["-", long, long]))!;
    expect(facts.cut).toBe(true);
    expect(facts.argv.length).toBe(131_072);
    expect(facts.argvLength).toBe("/bin/cat\0-\0".length + 200_002);
  });

  it("are left out where they have ended before they were read", async () => {
    const pid = await cat();
    const child = children.pop()!;
    child.stdin!.end();
    await once(child, "exit");
    expect(commandOf(pid)).toBeUndefined();
    expect(seeded().current(pid)).toBeUndefined();
  });
});
