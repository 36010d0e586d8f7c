import { mkdirSync, rmSync } from "node:fs";
import { execa } from "execa";
import { buildEnvironment } from "./live-build.ts";
import { isotrace } from "./paths.ts";

export interface Observed {
  status: number;
  /** Standard output and error, as they came. */
  output: string;
}

/** Runs a command under `isotrace run` in a directory, reports to `out`, which is made anew. */
export async function observe(
  command: string[],
  directory: string,
  out: string,
  env: Record<string, string> = buildEnvironment(""),
): Promise<Observed> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { exitCode, all } = await execa(isotrace, ["run", "--out", out, "--", ...command], {
    cwd: directory,
    env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  return { status: exitCode ?? -1, output: all };
}

/** What one of the commands that report prints in JSON. */
export async function report<T>(...args: string[]): Promise<T> {
  const { stdout } = await execa(isotrace, [...args, "--format", "json"]);
  return JSON.parse(stdout) as T;
}
