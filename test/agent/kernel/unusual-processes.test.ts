import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { every, only, Watch } from "./support/watch.ts";

let watch: Watch;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-unusual-"));
  watch = new Watch();
});
afterAll(() => {
  watch.close();
  rmSync(directory, { recursive: true });
});

const python = (script: string) => watch.eventsOf("/usr/bin/python3", ["-c", script], { cwd: directory });

describe("a process of several threads", () => {
  it("keeps pid and start where another thread than the first executes a program", async () => {
    const found = await python(`import os, threading, time
threading.Thread(target=lambda: os.execv("/bin/sh", ["sh", "-c", "exit 7"])).start()
time.sleep(60)`);
    const execs = every(found, "exec");
    expect(execs.map(({ argv }) => argv.toString().split("\0")[0])).toEqual(["/usr/bin/python3", "sh"]);
    const exit = only(found, "exit");
    expect(exit).toMatchObject({ status: 7, signal: 0 });
    expect(new Set([...execs, exit].map(({ start }) => start)).size).toBe(1);
  });

  it("ends when its last thread does, though the first ended before", async () => {
    const found = await python(`import ctypes, os, subprocess, threading, time
def last():
  while "Z" not in open("/proc/self/stat").read().rsplit(")")[-1]: time.sleep(0.001)
  subprocess.run(["/bin/true"])
  os._exit(5)
threading.Thread(target=last).start()
ctypes.CDLL(None).pthread_exit(None)`);
    const [fork, exit] = [only(found, "fork"), only(found, "exit")];
    expect(exit.status).toBe(5);
    expect(exit.time).toBeGreaterThan(fork.time);
  });
});

describe("a path", () => {
  /** Makes directories of these names in one another, goes there, and becomes /bin/true. */
  const deep = (depth: number, name: string) => `import os
for _ in range(${depth}):
  os.mkdir("${name}")
  os.chdir("${name}")
os.execv("/bin/true", ["true"])`;

  it("is told whole to 60 directories", async () => {
    const { cwd } = every(await python(deep(60 - directory.split("/").length, "d")), "exec").at(-1)!;
    expect(cwd.path.toString()).toBe(directory + "/d".repeat(60 - directory.split("/").length));
    expect(cwd).toMatchObject({ truncated: false, unreachable: false });
  });

  it.each([
    ["of 100 directories", 100, "e", 64],
    ["of 8,000 bytes", 40, "f".repeat(200), 21],
  ])("%s is marked, and its end is told", async (_, depth, name, kept) => {
    const exec = every(await python(deep(depth, name)), "exec").at(-1)!;
    expect(exec.cwd.truncated).toBe(true);
    expect(exec.cwd.path.toString()).toBe(Array(kept).fill(name).join("/"));
    // What stands behind it in the record is not moved by it.
    expect(exec.argv.toString()).toBe("true\0");
    expect(exec.executable).toMatchObject({ path: Buffer.from("/usr/bin/true"), truncated: false });
  });

  it("of a program that lies in no directory is marked, and not taken for one from the root", async () => {
    const exec = every(
      await python(`import os
fd = os.memfd_create("made of memory")
os.write(fd, open("/bin/true", "rb").read())
os.execv(f"/proc/self/fd/{fd}", ["true"])`),
      "exec",
    ).at(-1)!;
    expect(exec.executable).toMatchObject({ path: Buffer.from("(unreachable)/"), unreachable: true });
    expect(exec.filename.toString()).toMatch(/^\/proc\/self\/fd\/\d+$/);
  });

  it("of a directory that lies outside of the root is marked, and not taken for one below it", async () => {
    const exec = every(
      await python(`import os, shutil
os.makedirs("root/lib64"); os.mkdir("beside"); os.chdir("beside")
# The program's own interpreter is looked for from the root; it then lacks its library, which is as well.
shutil.copy("/lib64/ld-linux-x86-64.so.2", "../root/lib64")
os.chroot("../root")
os.execv("../../../../../../../bin/true", ["true"])`),
      "exec",
    ).at(-1)!;
    expect(exec.cwd).toMatchObject({
      path: Buffer.from(`(unreachable)${directory}/beside`),
      truncated: false,
    });
    expect(exec.executable.path.toString()).toBe("(unreachable)/usr/bin/true");
  });

  it("of a program and directory that are removed is the one that they had", async () => {
    const exec = every(
      await python(`import os, shutil
os.mkdir("gone"); os.chdir("gone"); shutil.copy("/bin/true", "program")
fd = os.open("program", os.O_RDONLY)
os.unlink("program"); os.rmdir("../gone")
os.execv(f"/proc/self/fd/{fd}", ["true"])`),
      "exec",
    ).at(-1)!;
    expect(exec.executable).toMatchObject({
      path: Buffer.from(`${directory}/gone/program`),
      unreachable: false,
    });
    expect(exec.cwd.path.toString()).toBe(`${directory}/gone`);
  });
});

describe("arguments", () => {
  it.each([
    ["none at all, which the kernel makes one that is empty (Linux 5.18)", [], "\0"],
    ["bytes that are no UTF-8, and nothing between two", ["\\xff\\n", "", ""], "\xff\n\0\0\0"],
  ])("are told as they are: %s", async (_, args, told) => {
    const words = args.map((word) => `b"${word}"`).join(", ");
    const script = `import ctypes
words = [${words}]
ctypes.CDLL(None).execve(b"/bin/true", (ctypes.c_char_p * (len(words) + 1))(*words, None), None)`;
    expect(
      every(await python(script), "exec")
        .at(-1)!
        .argv.toString("latin1"),
    ).toBe(told);
  });
});

it("a process's user is its own, and not who had it when it was started", async () => {
  const found = await watch.eventsOf("setpriv", ["--reuid=1234", "--clear-groups", "/bin/true"]);
  expect(every(found, "exec").map(({ uid }) => uid)).toEqual([0, 1234]);
});

describe("a connection", () => {
  it("that is refused is none, one that is only begun is marked, and one for datagrams has its protocol", async () => {
    const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const found = await python(`import socket as s
free = s.socket(); free.bind(("127.0.0.1", 0))
try: s.create_connection(free.getsockname())
except ConnectionRefusedError: pass
begun = s.socket(); begun.setblocking(False); begun.connect_ex(("127.0.0.1", ${port}))
s.socket(s.AF_INET, s.SOCK_DGRAM).connect(("192.0.2.1", 53))
s.socket(s.AF_INET6).connect(("::ffff:127.0.0.1", ${port}))`);
    server.close();
    const told = every(found, "connect").map((each) => [
      each.family,
      each.address.toString("hex"),
      each.port,
      each.protocol,
      each.pending,
    ]);
    expect(told).toEqual([
      [4, "7f000001", port, 6, true],
      [4, "c0000201", 53, 17, false],
      [6, "00000000000000000000ffff7f000001", port, 6, false],
    ]);
  });
});
