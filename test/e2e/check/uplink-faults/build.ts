import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { buildEnvironment } from "../../lib/live-build.ts";
import { isotrace } from "../../lib/paths.ts";
import { undoAtEnd } from "./undo.ts";

/** The status of the storm's shell: one that neither Isotrace nor a shell gives by itself. */
export const stormStatus = 7;

/**
 * A build that makes processes and files for about so many seconds, and ends with `stormStatus`. It leaves in its directory
 * `took`, how long it took by its own clock in seconds (nothing that Isotrace does before or after is in it), and `rounds`,
 * which is as long as it has done rounds.
 */
export function storm(seconds: number): string[] {
  return script(`while [ "$(($(date +%s) - \${from%.*}))" -lt ${seconds} ]`);
}

/** So many rounds of the same, however long they take: to compare times. */
export function rounds(count: number): string[] {
  return script(`for i in $(seq ${count})`);
}

/** A round sleeps a tenth of a second, and works about as long. */
function script(loop: string): string[] {
  const text = `
from=$(date +%s.%N)
${loop}; do
  for j in 1 2 3 4 5 6 7 8; do date >f$j; mv f$j g$j; cat g$j >h$j; rm g$j; done
  printf . >>rounds
  sleep 0.1
done
echo "$from $(date +%s.%N)" | awk '{ print $2 - $1 }' >took
exit ${stormStatus}`;
  return ["sh", "-c", text];
}

export interface BuildOptions {
  readonly command: readonly string[];
  /** Of the collector, `ws://HOST:PORT`; undefined: without one. */
  readonly collector?: string | undefined;
  readonly token?: string;
  /** Further options of `isotrace run`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the command behind it, as `nsenter --net=... --` does. It must become it (execve(2)). */
  readonly within?: readonly string[];
}

/** A build below `isotrace run`: `home/build` is its directory, `home/out` gets the recording. */
export class Build {
  readonly directory: string;
  readonly out: string;
  readonly pid: number;
  /** Standard error of Isotrace, and the build's output, as far as they have come. */
  output = "";
  readonly begun = performance.now();
  readonly #ended: Promise<number>;
  readonly #undo: () => void;

  private constructor(home: string, child: ChildProcess) {
    this.directory = join(home, "build");
    this.out = join(home, "out");
    this.pid = child.pid!;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    this.#undo = undoAtEnd(() => child.kill("SIGTERM"));
    this.#ended = once(child, "close").then(([status]) => {
      this.#undo();
      return (status as number | null) ?? -1;
    });
  }

  /** @param home is made if it is not there. */
  static start(home: string, options: BuildOptions): Build {
    const { command, collector, token, args = [], env = {}, within = [] } = options;
    mkdirSync(join(home, "build"), { recursive: true });
    const uplink = collector === undefined ? [] : ["--collector", collector];
    const run = [isotrace, "run", "--out", join(home, "out"), ...uplink, ...args, "--", ...command];
    const [file, ...rest] = [...within, ...run];
    const child = spawn(file!, rest, {
      cwd: join(home, "build"),
      env: { ...buildEnvironment(""), ...tokenIn(token), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Build(home, child);
  }

  /** Waits until Isotrace has ended. @returns its status */
  ended(): Promise<number> {
    return this.#ended;
  }

  /** Seconds that the build has taken by its own clock; undefined while it runs. */
  get took(): number | undefined {
    const path = join(this.directory, "took");
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return text.endsWith("\n") ? Number(text) : undefined;
  }
}

/** Sends a recording later. @returns status and standard error */
export async function push(
  out: string,
  { collector, token, within = [] }: Pick<BuildOptions, "collector" | "token" | "within">,
): Promise<{ status: number; stderr: string }> {
  const [file, ...rest] = [...within, isotrace, "push", out, "--collector", collector ?? ""];
  const { exitCode, stderr } = await execa(file!, rest, { env: tokenIn(token), reject: false });
  return { status: exitCode ?? -1, stderr };
}

function tokenIn(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { ISOTRACE_TOKEN: token };
}
