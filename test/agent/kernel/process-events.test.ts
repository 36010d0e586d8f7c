import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decode } from "../../../agent/kernel/decode.ts";
import type { KernelEvent } from "../../../agent/kernel/events.ts";
import { openProcessEvents, type ProcessEvents, ringSize } from "../../../agent/kernel/libbpf.ts";
import { Ring } from "../../../agent/kernel/ring.ts";

type Of<K extends KernelEvent["kind"]> = Extract<KernelEvent, { kind: K }>;

let source: ProcessEvents;
let ring: Ring;
let directory: string;
const events: KernelEvent[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-events-"));
  source = openProcessEvents({ needs: true });
  ring = new Ring(source.ringFd, ringSize(source.ringFd));
});
afterAll(() => {
  ring.close();
  source.close();
  rmSync(directory, { recursive: true });
});

/** Runs a command, and gives what the kernel told of its process. */
async function eventsOf(file: string, args: string[], options = {}): Promise<KernelEvent[]> {
  const child = execa(file, args, { cwd: directory, reject: false, stdin: "ignore", ...options });
  await child;
  ring.consume((offset, length) => events.push(decode(ring.data, ring.view, offset, length)));
  return events.filter((event) => "pid" in event && event.pid === child.pid);
}

function only<K extends KernelEvent["kind"]>(found: KernelEvent[], kind: K): Of<K> {
  const own = found.filter((event): event is Of<K> => event.kind === kind);
  expect(own).toHaveLength(1);
  return own[0]!;
}

function needs(found: KernelEvent[]): Record<string, { count: number; bytes: number; flags: number }> {
  const items = found
    .filter((event): event is Of<"needs"> => event.kind === "needs")
    .flatMap(({ items }) => items);
  return Object.fromEntries(items.map(({ what, ...rest }) => [what, rest]));
}

describe("an exec", () => {
  it("is told with all of 100 KB of arguments", async () => {
    const long = "x".repeat(50_000);
    const exec = only(await eventsOf("/bin/true", [long, "", long]), "exec");
    expect(exec.argv.toString()).toBe(`/bin/true\0${long}\0\0${long}\0`);
    expect(exec.argvTruncated).toBe(false);
  });

  it("is marked where its arguments are more than is kept", async () => {
    const args = Array.from({ length: 3 }, () => "y".repeat(100_000));
    const exec = only(await eventsOf("/bin/true", args), "exec");
    expect(exec.argv.length).toBe(131_072);
    expect(exec.argvLength).toBe("/bin/true".length + 1 + 300_003);
    expect(exec.argvTruncated).toBe(true);
  });

  it("names the script, its interpreter and its directory", async () => {
    writeFileSync(join(directory, "script"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    const found = await eventsOf("./script", ["a"]);
    const exec = only(found, "exec");
    expect(exec.filename.toString()).toBe("./script");
    expect(exec.executable.path.toString()).toBe("/usr/bin/dash");
    expect(exec.cwd.path.toString()).toBe(directory);
    expect(only(found, "exit")).toMatchObject({ status: 3, signal: 0 });
  });

  it("in a chroot has paths and a root of its own", async () => {
    const root = join(directory, "root");
    mkdirSync(root);
    const copy = `cd ${root} && for f in /bin/true $(ldd /bin/true | grep -o '/[^ ]*'); do mkdir -p .$(dirname $f); cp $f .$f; done`;
    execaSync("sh", ["-c", copy]);
    const found = await eventsOf("chroot", [root, "/bin/true"]);
    const execs = found.filter((event): event is Of<"exec"> => event.kind === "exec");
    expect(execs.at(-1)?.executable.path.toString()).toBe("/bin/true");
    expect(execs.at(-1)?.cwd.path.toString()).toBe("/");
    const identityOf = (path: string) => ({ device: statSync(path).dev, inode: statSync(path).ino });
    expect(execs.map((each) => each.root)).toEqual([identityOf("/"), identityOf(root)]);
    expect(execs.at(-1)?.cwdIdentity).toEqual(identityOf(root));
    expect(execs.at(-1)?.executableIdentity).toEqual(identityOf(join(root, "bin/true")));
  });
});

describe("an end", () => {
  it("tells the signal", async () => {
    expect(only(await eventsOf("sh", ["-c", "kill -9 $$"]), "exit")).toMatchObject({ status: 0, signal: 9 });
  });

  it("is told once for a process of many threads, and a thread is no process", async () => {
    const threads = "import threading as t; [t.Thread(target=lambda: None).start() for _ in range(20)]";
    const before = events.length;
    const found = await eventsOf("/usr/bin/python3", ["-c", threads]);
    expect(found.filter(({ kind }) => kind === "exit")).toHaveLength(1);
    const pid = only(found, "exec").pid;
    expect(events.slice(before).filter((event) => event.kind === "fork" && event.pid === pid)).toEqual([]);
  });
});

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
    const connections = found.filter((event): event is Of<"connect"> => event.kind === "connect");
    expect(connections.map((each) => [each.family, each.port, each.protocol])).toEqual([
      [4, port, 6],
      [6, port, 6],
    ]);
  });
});
