import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import pty from "node-pty";

export interface BuildCommand {
  file: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

/** After the build has ended, its last output has this long to arrive, in milliseconds. */
const outputPatience = 500;

export interface RunningBuild {
  pid: number;
  /** How it ended: a status, or the number of the signal that killed it. */
  ended: Promise<{ status: number; signal: number }>;
}

/** Receives what the build prints; stream 0 is a terminal, 1 standard output, 2 standard error. */
export type OnOutput = (stream: number, data: Buffer) => void;

/**
 * Runs the build as it would run without Isotrace: in a terminal of its own when Isotrace has one, with plain
 * pipes when it has none. What it prints goes to the caller's output as it comes.
 */
export async function startBuild(command: BuildCommand, onOutput: OnOutput): Promise<RunningBuild> {
  return process.stdin.isTTY && process.stdout.isTTY
    ? startInTerminal(command, onOutput)
    : startWithPipes(command, onOutput);
}

function startInTerminal(command: BuildCommand, onOutput: OnOutput): RunningBuild {
  const { stdin, stdout } = process;
  const { file, args } = withOwnVariables(command);
  const terminal = pty.spawn(file, args, {
    name: command.env.TERM ?? "dumb",
    cols: stdout.columns,
    rows: stdout.rows,
    cwd: command.cwd,
    env: command.env,
    encoding: null,
  });
  // The build's own terminal driver echoes, and turns Ctrl-C into a signal: ours passes bytes through.
  stdin.setRawMode(true);
  const onInput = (data: Buffer) => terminal.write(data);
  const onResize = () => terminal.resize(stdout.columns, stdout.rows);
  stdin.on("data", onInput);
  stdout.on("resize", onResize);
  terminal.onData((data) => {
    const bytes = data as unknown as Buffer;
    stdout.write(bytes);
    onOutput(0, bytes);
  });
  const ended = new Promise<{ status: number; signal: number }>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      stdin.off("data", onInput);
      stdout.off("resize", onResize);
      stdin.setRawMode(false);
      stdin.pause();
      resolve({ status: exitCode, signal: signal ?? 0 });
    });
  });
  return { pid: terminal.pid, ended };
}

/** node-pty sets PWD and TERM: where the caller had others, or none, env(1) puts that back. */
function withOwnVariables({ file, args, cwd, env }: BuildCommand): { file: string; args: string[] } {
  const changes: string[] = [];
  if (env.TERM === undefined) changes.push("-u", "TERM");
  if (env.PWD === undefined) changes.push("-u", "PWD");
  else if (env.PWD !== cwd) changes.push(`PWD=${env.PWD}`);
  return changes.length === 0 ? { file, args } : { file: "env", args: [...changes, file, ...args] };
}

async function startWithPipes(command: BuildCommand, onOutput: OnOutput): Promise<RunningBuild> {
  const child = execa(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    stdin: "inherit",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    encoding: "buffer",
    reject: false,
    cleanup: false,
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  forward(child.stdout, process.stdout, (data) => onOutput(1, data));
  forward(child.stderr, process.stderr, (data) => onOutput(2, data));
  const ended = new Promise<{ status: number; signal: number }>((resolve) => {
    child.nodeChildProcess.once("exit", async (status, signal) => {
      // What a background process of the build holds open must not keep the builder waiting, as it would not without us.
      await Promise.race([child, delay(outputPatience)]);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ status: status ?? 0, signal: signal === null ? 0 : constants.signals[signal] });
    });
  });
  if (child.pid === undefined)
    throw new Error(`"${command.file}" could not be started`, { cause: await child });
  return { pid: child.pid, ended };
}

/** Passes bytes on, no faster than they are taken, so that a slow reader slows the build as it always would. */
function forward(from: NodeJS.ReadableStream, to: NodeJS.WriteStream, onData: (data: Buffer) => void): void {
  from.on("data", (data: Buffer) => {
    onData(data);
    if (!to.write(data)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  });
}
