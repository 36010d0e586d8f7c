import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa, execaSync } from "execa";
import { describe, expect, it } from "vitest";
import { argvOf, buildDirectory, eventsOf, inheritance, ofKind, program, run } from "../support/isotrace.ts";

describe("what the build is given", () => {
  it("is what the caller has: environment, limits, umask, directory and signals", async () => {
    using build = buildDirectory();
    const shell = `ulimit -Sn 777; umask 027; export A="b
c"; cd ${build.path}; `;
    writeFileSync(join(build.path, "x.sh"), inheritance);
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/nowhere" };
    const options = { env, extendEnv: false, stderr: "ignore" } as const;
    const bare = execaSync("sh", ["-c", `${shell} sh x.sh`], options);
    const under = execaSync("sh", ["-c", `${shell} ${program} run -- sh x.sh`], options);
    expect(under.stdout).toBe(bare.stdout);
  });

  it("has no variable and no command of npm, when npm started Isotrace", async () => {
    using build = buildDirectory();
    const { stdout } = await run(build.path, ["env"], {
      env: {
        npm_execpath: "/x/npm-cli.js",
        npm_config_editor: "vi",
        EDITOR: "vi",
        NODE: "/x/node",
        INIT_CWD: "/x",
        PATH: `/x/node_modules/.bin:${process.env.PATH}`,
      },
    });
    expect(stdout).not.toMatch(/npm_|^NODE=|^INIT_CWD=|^EDITOR=|^ISOTRACE/m);
    expect(stdout).toMatch(/^PATH=(?!\/x)/m);
  });

  it("ignores the signals that the caller ignores", async () => {
    using build = buildDirectory();
    const { stdout } = await execa("nohup", [program, "run", "--", "grep", "SigIgn", "/proc/self/status"], {
      cwd: build.path,
      stdin: "ignore",
    });
    expect(Number.parseInt(stdout.split("\t")[1]!, 16) & 1).toBe(1);
  });
});

describe("where not all is allowed", () => {
  const without = (directory: string, capabilities: string, script = "echo made >file; exit 4") => {
    const [bounding, inheritable] = [`--bounding-set=${capabilities}`, `--inh-caps=${capabilities}`];
    const build = [program, "run", "--", "sh", "-c", script];
    return execa("setpriv", [bounding, inheritable, ...build], {
      cwd: directory,
      reject: false,
      stdin: "ignore",
    });
  };

  it("is recorded whole without precedence over the build, as in most containers", async () => {
    using build = buildDirectory();
    const { exitCode, stderr } = await without(build.path, "-sys_nice");
    expect(exitCode).toBe(4);
    expect(stderr).not.toContain("recorder");
    const events = eventsOf(build.path);
    expect(ofKind(events, "file")).toContainEqual(expect.objectContaining({ name: "file" }));
    expect(ofKind(events, "loss")).toEqual([]);
  });

  it("is recorded whole where directories cannot be opened by their handles, as in most containers", async () => {
    using build = buildDirectory();
    using outside = buildDirectory();
    const script = `mkdir -p ${outside.path}/tree/deep; echo 1 >${outside.path}/tree/deep/file; mv ${outside.path}/tree chroot; sleep 1; mv chroot moved; exit 4`;
    const { exitCode, stderr } = await without(build.path, "-dac_read_search", script);
    expect({ exitCode, complete: !stderr.includes("INCOMPLETE") }).toEqual({ exitCode: 4, complete: true });
    const events = eventsOf(build.path);
    const deep = ofKind(events, "directory").find(({ name }) => name === "deep");
    expect(ofKind(events, "file")).toContainEqual(
      expect.objectContaining({ name: "file", directory: deep?.id }),
    );
    expect(ofKind(events, "loss")).toEqual([]);
  });

  it("is said to be recorded in part where a directory from outside was moved on before it could be read without handles", async () => {
    using build = buildDirectory();
    using outside = buildDirectory();
    const script = `mkdir ${outside.path}/tree; echo 1 >${outside.path}/tree/file; mv ${outside.path}/tree chroot; mv chroot ${outside.path}/again; exit 4`;
    const { exitCode, stderr } = await without(build.path, "-dac_read_search", script);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/INCOMPLETE: .*CAP_DAC_READ_SEARCH/);
  });

  it("is recorded in part without any capability, and it is said what would be needed", async () => {
    using build = buildDirectory();
    const { exitCode, stderr } = await without(build.path, "-all");
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/INCOMPLETE: .*root and Linux 5\.17 or later are needed/);
    expect(ofKind(eventsOf(build.path), "end")[0]).toMatchObject({ status: 4, outcome: "failed" });
  });
});

describe("how the build ends", () => {
  it("is how Isotrace ends: its status, or 128 and its signal", async () => {
    using build = buildDirectory();
    expect((await run(build.path, ["sh", "-c", "exit 7"])).exitCode).toBe(7);
    using killed = buildDirectory();
    expect((await run(killed.path, ["sh", "-c", "kill -9 $$"])).exitCode).toBe(137);
    expect(ofKind(eventsOf(killed.path), "end")[0]).toMatchObject({ signal: 9, outcome: "failed" });
  });

  it("is not waited for longer than it takes, when a child of it goes on", async () => {
    using build = buildDirectory();
    const { stdout } = await run(build.path, ["sh", "-c", "sleep 1000 & echo $!"]);
    expect(isAlive(Number(stdout))).toBe(true);
    process.kill(Number(stdout));
  });

  it("leaves no child and no mount when it was told to stop", async () => {
    using build = buildDirectory();
    mkdirSync(join(build.path, "m"));
    const script =
      "mount -t tmpfs none m; sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1; done' & wait";
    const running = run(build.path, ["sh", "-c", script]);
    while (!existsSync(join(build.path, "pid"))) await delay(20);
    running.kill("SIGTERM");
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(143);
    expect(stderr).toContain("unmounted, the stopped build had left it");
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(build.path);
    expect(isAlive(Number(readFileSync(join(build.path, "pid"), "utf8")))).toBe(false);
    expect(ofKind(eventsOf(build.path), "end")[0]?.outcome).toBe("interrupted");
  });

  it("is before it has begun, when Isotrace is told to stop while it starts", async () => {
    using build = buildDirectory();
    const running = run(build.path, ["sh", "-c", "sleep 1000; exit 3"]);
    // The recorder is started first, and the build when that is ready.
    while (recorderOf(running.pid!) === 0) await delay(1);
    running.kill("SIGTERM");
    expect((await running).exitCode).toBe(143);
    expect(ofKind(eventsOf(build.path), "end")[0]).toMatchObject({ signal: 15, outcome: "interrupted" });
    expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).toContain("INTERRUPTED");
  });

  it("is its own, when a signal came that the caller ignores", async () => {
    using build = buildDirectory();
    const argv = [
      program,
      "run",
      "--",
      "sh",
      "-c",
      "echo 1 >begun; until [ -e go ]; do sleep 0.05; done; exit 3",
    ];
    const running = execa("nohup", argv, { cwd: build.path, reject: false, stdin: "ignore" });
    while (!existsSync(join(build.path, "begun"))) await delay(20);
    running.kill("SIGHUP");
    await delay(200);
    writeFileSync(join(build.path, "go"), "");
    expect((await running).exitCode).toBe(3);
    expect(ofKind(eventsOf(build.path), "end")[0]).toMatchObject({ status: 3, outcome: "failed" });
  });
});

describe("a file system that is mounted for a moment", () => {
  it("is named, each time: what is written there is not recorded", async () => {
    using build = buildDirectory();
    const script = `for n in 1 2 3 4 5; do
      mkdir m$n; mount -t tmpfs none m$n && { echo x >m$n/unseen; sleep 0.3; umount m$n; }
    done`;
    await run(build.path, ["sh", "-c", script]);
    const lost = ofKind(eventsOf(build.path), "loss").map(({ detail }) => detail);
    const points = [1, 2, 3, 4, 5].map((n) => join(build.path, `m${n}`));
    expect(lost).toEqual(
      points.map((point) => `tmpfs mounted at ${point}: what is written there is not recorded`),
    );
    expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).toMatch(/^# INCOMPLETE/);
  });
});

describe("a recorder that is killed", () => {
  it("is replaced: the build ends with its own status, the gap is marked, and the report says incomplete", async () => {
    using build = buildDirectory();
    const script = "echo 1 > before; until [ -e go ]; do sleep 0.05; done; echo 1 > after; exit 5";
    const running = run(build.path, ["sh", "-c", script]);
    while (!existsSync(join(build.path, "before"))) await delay(20);
    process.kill(recorderOf(running.pid!), "SIGKILL");
    while (ofKind(eventsOf(build.path), "segment").length < 2) await delay(20);
    writeFileSync(join(build.path, "go"), "");
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(5);
    expect(stderr).toContain("recorder: ended (SIGKILL)");
    const events = eventsOf(build.path);
    expect(ofKind(events, "segment").map(({ gap }) => gap)).toEqual(["", "the recorder ended: SIGKILL"]);
    const after = ofKind(events, "file").find(({ name }) => name === "after");
    const own = ofKind(events.slice(events.findLastIndex(({ kind }) => kind === "segment")), "exec");
    expect(argvOf(own.find(({ process }) => process === after?.process)!)).toContain("until [ -e go ]");
    expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).toMatch(/^# INCOMPLETE/);
  });
});

/** A zombie has ended: whoever it belongs to has not asked for its status yet. */
function isAlive(pid: number): boolean {
  const status = existsSync(`/proc/${pid}/status`)
    ? readFileSync(`/proc/${pid}/status`, "utf8")
    : "State:\tX";
  return !/^State:\t[ZX]/m.test(status);
}

/** 0 where there is none, or none yet. */
function recorderOf(supervisor: number): number {
  return Number(
    execaSync("pgrep", ["-P", String(supervisor), "-f", "recorder/main"], { reject: false }).stdout,
  );
}
