import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KernelEvent } from "../../../agent/kernel/events.ts";
import { every, Watch } from "./support/watch.ts";

let watch: Watch;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-needs-"));
  watch = new Watch();
});
afterAll(() => {
  watch.close();
  rmSync(directory, { recursive: true });
});

const eventsOf = (file: string, args: string[], options = {}) => watch.eventsOf(file, args, options);

function needs(found: KernelEvent[]): Record<string, { count: number; bytes: number; flags: number }> {
  const items = every(found, "needs").flatMap(({ items }) => items);
  return Object.fromEntries(items.map(({ what, ...rest }) => [what, rest]));
}

describe("what a process asks of its environment", () => {
  it("does not count what the C library draws at every start", async () => {
    expect(Object.keys(needs(await eventsOf("/bin/true", [])))).not.toContain("getrandom");
  });

  it("counts random bytes, with their flags, and the files and calls that tell of the machine", async () => {
    const script =
      "import os; os.getrandom(48); os.getrandom(16, os.GRND_NONBLOCK); open('/dev/urandom','rb').close(); open('/etc/hostname').close(); open('/proc/cpuinfo').close(); open('/etc/machine-id').close(); os.uname()";
    const found = needs(
      await eventsOf("/usr/bin/python3", ["-S", "-E", "-c", script], { env: { PYTHONHASHSEED: "0" } }),
    );
    expect(found.getrandom!.bytes).toBeGreaterThanOrEqual(64);
    expect(found.getrandom!.flags & 1).toBe(1);
    expect(found).toMatchObject({
      "/dev/urandom": { count: 1 },
      "/etc/hostname": { count: 1 },
      "/proc/cpuinfo": { count: 1 },
      "/etc/machine-id": { count: 1 },
    });
    expect(found.uname!.count).toBeGreaterThan(0);
  });

  it("counts each file that tells of the machine, once for each opening that succeeds, and no other file", async () => {
    const random = "/proc/sys/kernel/random";
    const told = [
      ..."/dev/random /dev/urandom /etc/hostname /etc/localtime /etc/machine-id /etc/timezone /proc/cpuinfo".split(
        " ",
      ),
      ..."/proc/meminfo /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /proc/uptime /proc/version".split(
        " ",
      ),
      ...[`${random}/boot_id`, `${random}/uuid`],
    ];
    const others = [
      "/proc/loadavg",
      "/etc/hosts",
      "/etc/hostname.not-there",
      "/etc/machine-info",
      "/dev/null",
    ];
    const paths = [...told, ...told, ...others, `${random}/entropy_avail`];
    const { "getrandom-glibc": _, ...found } = needs(
      await eventsOf("/usr/bin/head", ["-c1", "--", ...paths]),
    );
    const twice = told.filter((path) => existsSync(path)).map((path) => [path, 2] as const);
    expect(Object.fromEntries(Object.entries(found).map(([what, { count }]) => [what, count]))).toEqual({
      ...Object.fromEntries(twice),
      [`${random}/*`]: 1,
    });
  });

  it("counts the calls that ask for memory and processors", async () => {
    const script = "import os; os.sysconf('SC_PHYS_PAGES'); os.sched_getaffinity(0)";
    const found = needs(await eventsOf("/usr/bin/python3", ["-S", "-E", "-c", script]));
    expect(Object.keys(found)).toEqual(expect.arrayContaining(["sysinfo", "sched_getaffinity"]));
  });

  it("counts what a process asked before it executes another program apart from what that asks", async () => {
    const script = "head -c1 /proc/uptime >/dev/null; read x </proc/version; exec head -c1 /proc/meminfo";
    const found = every(await eventsOf("/bin/sh", ["-c", script]), "needs");
    const asked = found.map(({ items }) =>
      items.map(({ what }) => what).filter((what) => what.startsWith("/")),
    );
    expect(asked).toEqual([["/proc/version"], ["/proc/meminfo"]]);
  });

  it("is not told where that is switched off, and everything else is", async () => {
    const without = new Watch({ needs: false });
    try {
      const found = await without.eventsOf("/usr/bin/head", ["-c1", "/proc/uptime"]);
      expect(found.map(({ kind }) => kind)).toEqual(["exec", "exit"]);
    } finally {
      without.close();
    }
  });

  it("tells of connections to addresses of both kinds, and of none within the machine's files", async () => {
    const server = createServer((socket) => socket.end()).listen(0, "::");
    const unix = createServer((socket) => socket.end()).listen(join(directory, "socket"));
    await Promise.all([once(server, "listening"), once(unix, "listening")]);
    const { port } = server.address() as { port: number };
    const script = `import socket as s
for a in (("127.0.0.1", ${port}), ("::1", ${port})): s.create_connection(a).close()
u = s.socket(s.AF_UNIX); u.connect("${join(directory, "socket")}")`;
    const found = await eventsOf("/usr/bin/python3", ["-c", script]);
    server.close();
    unix.close();
    expect(every(found, "connect").map((each) => [each.family, each.port, each.protocol])).toEqual([
      [4, port, 6],
      [6, port, 6],
    ]);
  });
});
