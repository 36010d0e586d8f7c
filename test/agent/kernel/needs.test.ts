import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KernelEvent } from "../../../agent/kernel/events.ts";
import { openProcessEvents } from "../../../agent/kernel/libbpf.ts";
import { every, Watch } from "./support/watch.ts";

let watch: Watch;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-needs-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const eventsOf = (file: string, args: string[], options = {}) => watch.eventsOf(file, args, options);

function needs(found: KernelEvent[]): Record<string, { count: number; bytes: number; flags: number }> {
  const items = every(found, "needs").flatMap(({ items }) => items);
  return Object.fromEntries(items.map(({ what, ...rest }) => [what, rest]));
}

describe.each([
  { way: "seen at the calls of interest alone", everyCall: false },
  { way: "seen at every call", everyCall: true },
])("what a process asks of its environment, $way", ({ everyCall }) => {
  beforeAll(() => {
    watch = new Watch({ needs: true, everyCall });
  });
  afterAll(() => {
    watch.close();
  });

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

it("what a process asks is not told where that is switched off, and everything else is", async () => {
  const without = new Watch({ needs: false });
  try {
    const found = await without.eventsOf("/usr/bin/head", ["-c1", "/proc/uptime"]);
    expect(found.map(({ kind }) => kind)).toEqual(["exec", "exit"]);
  } finally {
    without.close();
  }
});

it("sees the calls of interest apart without a mount that anyone sees, and lets go of all of it", () => {
  const before = [readFileSync("/proc/self/mountinfo", "latin1"), openFiles()];
  const source = openProcessEvents({ needs: true });
  expect(readFileSync("/proc/self/mountinfo", "latin1")).toBe(before[0]);
  expect(source.linkFds).toHaveLength(3 + 9);
  source.close();
  expect(openFiles()).toEqual(before[1]);
});

it("looks at every call where tracefs may not be mounted", async () => {
  const program = fileURLToPath(new URL("../../../agent/kernel/libbpf.ts", import.meta.url));
  const script = `const { openProcessEvents } = await import(${JSON.stringify(program)});
console.log(openProcessEvents({ needs: true }).linkFds.length); process.exit()`;
  const without = ["--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"];
  const { stdout } = await execa("setpriv", [...without, process.execPath, "-e", script]);
  expect(stdout).toBe(String(3 + 1));
});

/** Descriptors of this process that lead to what eBPF, perf and mounts are made of. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd")
    .flatMap((fd) => readlink(`/proc/self/fd/${fd}`))
    .filter((target) => /bpf|perf|^\/$/.test(target));
}

function readlink(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return []; // the directory's own descriptor
  }
}
