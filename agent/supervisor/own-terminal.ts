import { readFileSync } from "node:fs";
import pty from "node-pty";
import type { SystemError } from "../kernel/libc.ts";
import { rawMode, setTerminalMode, type TerminalMode, terminalMode } from "../kernel/terminal-mode.ts";
import { statFields } from "../process-stat.ts";
import type { BuildCommand, OnOutput, RunningBuild } from "./terminal.ts";

/** Runs the build in a terminal of its own, as large as the caller's and in the same mode. */
export function startInTerminal(command: BuildCommand, onOutput: OnOutput): RunningBuild {
  const { stdin, stdout } = process;
  const { file, args } = withOwnVariables(command);
  const mode = terminalMode(stdin.fd);
  const terminal = pty.spawn(file, args, {
    name: command.env.TERM ?? "dumb",
    cols: stdout.columns,
    rows: stdout.rows,
    cwd: command.cwd,
    env: command.env,
    encoding: null,
  });
  // Both ends of a pseudoterminal have one mode (pty(7)); node-pty tells its end's descriptor beside its interface.
  setTerminalMode((terminal as unknown as { fd: number }).fd, mode);
  const keys = new Keys(mode, (data) => terminal.write(data));
  const onResize = () => {
    if (stdout.columns > 0 && stdout.rows > 0) terminal.resize(stdout.columns, stdout.rows);
  };
  stdout.on("resize", onResize);
  terminal.onData((data) => {
    const bytes = data as unknown as Buffer;
    stdout.write(bytes); // into a terminal that was hung up, too: SIGHUP tells of it
    onOutput(0, bytes);
  });
  const ended = new Promise<{ status: number; signal: number }>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      keys.release();
      stdout.off("resize", onResize);
      resolve({ status: exitCode, signal: signal ?? 0 });
    });
  });
  return { pid: terminal.pid, ownTerminal: true, ended };
}

/** node-pty sets PWD and TERM: where the caller had others, or none, env(1) puts that back. */
function withOwnVariables({ file, args, cwd, env }: BuildCommand): { file: string; args: string[] } {
  const changes: string[] = [];
  if (env.TERM === undefined) changes.push("-u", "TERM");
  if (env.PWD === undefined) changes.push("-u", "PWD");
  else if (env.PWD !== cwd) changes.push(`PWD=${env.PWD}`);
  return changes.length === 0 ? { file, args } : { file: "env", args: [...changes, file, ...args] };
}

/**
 * What is typed at the caller's terminal, while Isotrace is in its foreground: from the background it is not to be read,
 * nor its mode to be changed (both stop a process, termios(3)).
 */
class Keys {
  readonly #mode: TerminalMode;
  readonly #onInput: (data: Buffer) => void;
  #taken = false;

  constructor(mode: TerminalMode, onInput: (data: Buffer) => void) {
    this.#mode = mode;
    this.#onInput = onInput;
    process.stdin.on("error", () => this.release()); // it was hung up
    process.on("SIGCONT", this.#take);
    this.#take();
  }

  release(): void {
    process.off("SIGCONT", this.#take);
    const { stdin } = process;
    stdin.off("data", this.#onInput);
    stdin.pause();
    if (this.#taken && isInForeground()) this.#setMode(this.#mode);
  }

  /** After it was stopped, too: the shell has changed the mode meanwhile. */
  readonly #take = (): void => {
    const { stdin } = process;
    if (!isInForeground()) {
      stdin.pause();
      return;
    }
    this.#taken = true;
    // The build's own terminal echoes, and turns Ctrl-C into a signal: this one passes bytes through.
    this.#setMode(rawMode(this.#mode));
    stdin.off("data", this.#onInput).on("data", this.#onInput).resume();
  };

  #setMode(mode: TerminalMode): void {
    try {
      setTerminalMode(process.stdin.fd, mode);
    } catch (error) {
      if ((error as SystemError).code !== "EIO") throw error; // it was hung up: SIGHUP tells of it
    }
  }
}

/** Whether the terminal's foreground process group is this process's: fields 5 and 8 of /proc/PID/stat (proc_pid_stat(5)). */
function isInForeground(): boolean {
  const [, , group, , , foreground] = statFields(readFileSync("/proc/self/stat", "latin1"));
  return group === foreground;
}
