import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { every, only, Watch } from "./support/watch.ts";

let watch: Watch;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "isotrace-events-"));
  watch = new Watch();
});
afterAll(() => {
  watch.close();
  rmSync(directory, { recursive: true });
});

const eventsOf = (file: string, args: string[]) => watch.eventsOf(file, args, { cwd: directory });

/** A directory to be the root of a process, with /bin/true and what it needs. */
function makeRoot(name: string): string {
  const root = join(directory, name);
  mkdirSync(root);
  const copy = `cd ${root} && for f in /bin/true $(ldd /bin/true | grep -o '/[^ ]*'); do mkdir -p .$(dirname $f); cp $f .$f; done`;
  execaSync("sh", ["-c", copy]);
  return root;
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

  it("names the regular files that its output and errors go to", async () => {
    const shell = "exec >output 2>errors; exec /bin/true";
    const execs = every(await eventsOf("sh", ["-c", shell]), "exec");
    const files = ["output", "errors"].map((name) => statSync(join(directory, name)).ino);
    expect(execs.map(({ outputs }) => outputs)).toEqual([[], files]);
    const reading = "exec >/dev/null 2>&1 1<output; exec /bin/true";
    expect(every(await eventsOf("sh", ["-c", reading]), "exec").at(-1)?.outputs).toEqual([]);
  });

  it("in a chroot has paths and a root of its own", async () => {
    const root = makeRoot("root");
    const execs = every(await eventsOf("chroot", [root, "/bin/true"]), "exec");
    expect(execs.at(-1)?.executable.path.toString()).toBe("/bin/true");
    expect(execs.at(-1)?.cwd.path.toString()).toBe("/");
    const identityOf = (path: string) => ({ device: statSync(path).dev, inode: statSync(path).ino });
    expect(execs.map((each) => each.root)).toEqual([identityOf("/"), identityOf(root)]);
    expect(execs.at(-1)?.cwdIdentity).toEqual(identityOf(root));
    expect(execs.at(-1)?.executableIdentity).toEqual(identityOf(join(root, "bin/true")));
  });

  it("has the environment of a maintainer script, of no other program, and the end of one that is too large", async () => {
    const root = makeRoot("packages");
    const script = "/var/lib/dpkg/info/a.postinst";
    execaSync("sh", ["-c", `mkdir -p .$(dirname ${script}) && cp bin/true .${script}`], { cwd: root });
    const run = async (...variables: string[]) =>
      every(
        await eventsOf("env", ["-i", ...variables, "/usr/sbin/chroot", root, script, "configure"]),
        "exec",
      );
    const told = "DPKG_MAINTSCRIPT_NAME=postinst";
    const small = await run("A=1", told);
    expect(small.map(({ environment }) => environment?.toString())).toEqual([
      undefined,
      undefined,
      `A=1\0${told}\0`,
    ]);
    expect(small.at(-1)).toMatchObject({ filename: Buffer.from(script), environmentTruncated: false });
    const large = (await run(`A=${"x".repeat(10_000)}`, told)).at(-1)!;
    expect(large.environmentTruncated).toBe(true);
    expect(large.environment!.length).toBe(4096);
    expect(large.environment!.toString().endsWith(`x\0${told}\0`)).toBe(true);
  });
});

describe("an end", () => {
  it("tells the signal", async () => {
    expect(only(await eventsOf("sh", ["-c", "kill -9 $$"]), "exit")).toMatchObject({ status: 0, signal: 9 });
  });

  it("is told once for a process of many threads, and a thread is no process", async () => {
    const threads = "import threading as t; [t.Thread(target=lambda: None).start() for _ in range(20)]";
    const found = await eventsOf("/usr/bin/python3", ["-c", threads]);
    expect(every(found, "exit")).toHaveLength(1);
    expect(every(found, "fork")).toEqual([]);
  });
});

it("a process that is forked and executes two programs is told in this order, with its parent", async () => {
  // Python starts it by vfork(2).
  const script = "import subprocess; subprocess.run(['/bin/sh', '-c', 'exec /bin/true'])";
  const found = await eventsOf("/usr/bin/python3", ["-c", script]);
  const { pid, start, child, childStart } = only(found, "fork");
  const own = watch.of(child).filter((event) => "start" in event && event.start === childStart);
  expect(own.map(({ kind }) => kind).filter((kind) => kind !== "needs")).toEqual(["exec", "exec", "exit"]);
  expect(every(own, "exec").map((each) => [each.parent, each.parentStart, each.argv.toString()])).toEqual([
    [pid, start, "/bin/sh\0-c\0exec /bin/true\0"],
    [pid, start, "/bin/true\0"],
  ]);
  const times = [...found.filter(({ kind }) => kind === "fork"), ...own].map(
    (event) => "time" in event && event.time,
  );
  expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)));
});
