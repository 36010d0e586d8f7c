import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pty from "node-pty";
import { describe, expect, it } from "vitest";
import {
  buildDirectory,
  eventsOf,
  inheritance,
  ofKind,
  program,
  recordedOutput,
  until,
} from "../support/isotrace.ts";

const environment = { PATH: process.env.PATH!, HOME: "/nowhere", TERM: "xterm", EDITOR: "ed" };

describe("in a terminal", () => {
  it("the build is given what it would be given without Isotrace, and the caller's mode is as before", async () => {
    using build = buildDirectory();
    writeFileSync(join(build.path, "x.sh"), `${inheritance}; stty -a; tput cols`);
    const shell = (command: string) => `stty intr ^G iutf8 -ixon -echoe; ${command}; stty -a`;
    const [bare, under] = [
      await typescript(build.path, shell("sh x.sh")),
      await typescript(build.path, shell(`${program} run -- sh x.sh`)),
    ];
    const own = under.split("\r\n").filter((line) => line.startsWith("isotrace: "));
    expect(own).toEqual([expect.stringContaining("reports in")]);
    expect(under.replace(`${own[0]}\r\n`, "")).toBe(bare);
    expect(bare).toContain("intr = ^G");
  });

  it("every byte of the build reaches the caller and build.log, to the last", async () => {
    using build = buildDirectory();
    const printed = await typescript(build.path, `${program} run -- seq 1 200000; echo status $?`);
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\r\n`).join("");
    expect(printed.startsWith(lines)).toBe(true);
    expect(printed).toMatch(/\r\nstatus 0\r\n$/);
    expect(recordedOutput(build.path)).toBe(lines);
  });

  it("the builder types, makes it larger, and interrupts with a key", async () => {
    using build = buildDirectory();
    const script = `stty size; read line; echo "got $line"; stty size; echo ready; sleep 1000`;
    const terminal = open(build.path, ["sh", "-c", `${program} run -- sh -c '${script}'; echo status $?`]);
    await terminal.prints("24 80");
    terminal.resize(77, 22);
    terminal.type("hello\r");
    await terminal.prints("ready");
    expect(terminal.printed()).toContain("hello\r\ngot hello\r\n22 77\r\n");
    terminal.type("\x03");
    await terminal.ended;
    expect(terminal.printed()).toMatch(/status 130\r\n$/);
    expect(ofKind(eventsOf(build.path), "end")[0]?.outcome).toBe("interrupted");
  });

  it("a key that ends the reader of the output too does not end Isotrace before the build", async () => {
    using build = buildDirectory();
    const script = `trap "sleep 0.5; echo cleaned >&2; exit 7" INT; echo ready; sleep 1000`;
    const pipe = `${program} run -- sh -c '${script}' 2>&1 | tee log; echo status \${PIPESTATUS[0]}`;
    const terminal = open(build.path, ["bash", "-c", `trap : INT; ${pipe}`]);
    await terminal.prints("ready");
    terminal.type("\x03");
    await terminal.ended;
    expect(terminal.printed()).toMatch(/status 7\r\n$/);
    expect(recordedOutput(build.path)).toBe("ready\ncleaned\n");
    expect(ofKind(eventsOf(build.path), "end")[0]).toMatchObject({ status: 7, outcome: "interrupted" });
  });

  it("a signal that is sent to Isotrace is the build's, where no key was pressed", async () => {
    using build = buildDirectory();
    const terminal = open(build.path, [program, "run", "--", "sh", "-c", "echo ready; sleep 1000"]);
    await terminal.prints("ready");
    process.kill(terminal.pid, "SIGINT");
    expect(await terminal.ended).toBe(130);
  });

  it("that is closed the build ends, and its reports are made", async () => {
    using build = buildDirectory();
    const script = "echo $$ >pid; echo ready; sleep 1000; echo end";
    const terminal = open(build.path, [program, "run", "--", "sh", "-c", script]);
    await terminal.prints("ready");
    terminal.close();
    expect(await terminal.ended).toBe(129);
    expect(existsSync(`/proc/${readFileSync(join(build.path, "pid"), "utf8").trim()}`)).toBe(false);
    expect(readFileSync(join(build.path, "isotrace/latest/summary.md"), "utf8")).toMatch(
      /^# The build was INTERRUPTED \(signal 1\)/,
    );
  });

  it("in its background Isotrace neither stops nor takes what is typed", async () => {
    using build = buildDirectory();
    const terminal = open(build.path, ["bash", "--norc", "-i"]);
    const script = 'until [ -e go ]; do sleep 0.05; done; echo "the build $((40 + 2))"';
    terminal.type(`${program} run -- sh -c '${script}' &\r`);
    await until(() => existsSync(join(build.path, "isotrace/latest/recording.isotrace")));
    terminal.type("echo typed >go\r");
    await terminal.prints("the build 42");
    await terminal.prints("reports in");
    terminal.type("exit 5\r");
    expect(await terminal.ended).toBe(5);
    expect(terminal.printed()).not.toContain("Stopped");
  });
});

/** A terminal as a person has it, 80 columns by 24 lines, and a command in it. */
function open(directory: string, [file, ...args]: string[]) {
  const terminal = pty.spawn(file!, args, {
    name: "xterm",
    cwd: directory,
    env: environment,
    encoding: null,
  });
  const chunks: Buffer[] = [];
  const printed = () => Buffer.concat(chunks).toString();
  terminal.onData((data) => chunks.push(data as unknown as Buffer));
  const ended = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode));
  });
  return {
    pid: terminal.pid,
    ended,
    printed,
    type: (keys: string) => terminal.write(keys),
    resize: (columns: number, lines: number) => terminal.resize(columns, lines),
    close: () => (terminal as unknown as { _socket: { destroy(): void } })._socket.destroy(),
    prints: (text: string) => until(() => printed().includes(text)),
  };
}

/** Everything that a shell's commands print in a terminal. */
async function typescript(directory: string, commands: string): Promise<string> {
  const terminal = open(directory, ["sh", "-c", commands]);
  await terminal.ended;
  return terminal.printed();
}
