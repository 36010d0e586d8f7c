import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { execaSync } from "execa";
import { expect, it } from "vitest";
import { decode } from "../../../agent/kernel/decode.ts";
import type { KernelEvent } from "../../../agent/kernel/events.ts";
import { openProcessEvents, ringSize } from "../../../agent/kernel/libbpf.ts";
import { Ring } from "../../../agent/kernel/ring.ts";

const reader = fileURLToPath(new URL("./support/reader.ts", import.meta.url));

it("a ring that is too small loses events, and each is either read or counted", () => {
  const small = openProcessEvents({ needs: false, ringBytes: 4096 });
  try {
    for (let i = 0; i < 40; i++) execaSync("/bin/true", ["z".repeat(500)]);
    const ring = new Ring(small.ringFd, ringSize(small.ringFd));
    const seen = ring.consume(() => {});
    ring.close();
    const { fork, exec, exit } = small.readLosses();
    expect(seen).toBeLessThan(120);
    expect(exec).toBeGreaterThan(0);
    // At least: the machine's other processes are told of too.
    expect(seen + fork + exec + exit).toBeGreaterThanOrEqual(120);
  } finally {
    small.close();
  }
});

it("a reader that fails at one record goes on with the next", () => {
  const source = openProcessEvents({ needs: false });
  const ring = new Ring(source.ringFd, ringSize(source.ringFd));
  try {
    execaSync("/bin/true", ["first"]);
    const read: KernelEvent[] = [];
    const take = (offset: number, length: number) => read.push(decode(ring.data, ring.view, offset, length));
    const failAt = (offset: number, length: number) => {
      take(offset, length);
      throw new Error("this record");
    };
    expect(() => ring.consume(failAt)).toThrow("this record");
    expect(read).toHaveLength(1);
    ring.consume(take);
    const [failed, ...rest] = read;
    expect(rest).not.toContainEqual(failed);
    expect(rest.map(({ kind }) => kind)).toContain("exit");
    expect(rest.map(({ kind }) => kind)).not.toContain("malformed");
  } finally {
    ring.close();
    source.close();
  }
});

it("another process that is given the ring goes on where the one before stopped", () => {
  const source = openProcessEvents({ needs: false });
  try {
    const size = ringSize(source.ringFd);
    const read = (): string[] => {
      const { stdout } = spawnSync(process.execPath, [reader, String(size)], {
        stdio: ["ignore", "pipe", "inherit", source.ringFd],
      });
      return JSON.parse(stdout.toString());
    };
    execaSync("/bin/true", ["first"]);
    expect(read()).toEqual(["/bin/true\0first\0"]);
    execaSync("/bin/true", ["second"]);
    execaSync("/bin/true", ["third"]);
    expect(read()).toEqual(["/bin/true\0second\0", "/bin/true\0third\0"]);
  } finally {
    source.close();
  }
});
