import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { forward } from "./output.ts";
import { startInTerminal } from "./own-terminal.ts";

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
  /** It has a terminal of its own: a key pressed at the caller's is no signal to it. */
  ownTerminal: boolean;
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
  return { pid: child.pid, ownTerminal: false, ended };
}
