import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { isotrace } from "../../e2e/lib/paths.ts";

/** A collector's own process. */
export interface CollectorProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** User and system time of all its threads so far, in seconds. */
  cpu(): number;
  /** The most memory that it had, in MB. */
  peak(): number;
  stop(): Promise<void>;
}

/** Clock ticks a second, as /proc gives times (proc(5)): 100 on every architecture that Debian has. */
const ticks = 100;

/** @param core that it may use alone; undefined: all. */
export async function startProcess(
  data: string,
  core?: number,
  ...options: string[]
): Promise<CollectorProcess> {
  const args = ["collect", "--listen", "127.0.0.1:0", "--data", data, ...options];
  const command = [...(core === undefined ? [] : ["taskset", "-c", String(core)]), isotrace, ...args];
  const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
  const lines = createInterface({ input: child.stderr! });
  const url = await new Promise<string>((resolve, reject) => {
    const seen: string[] = [];
    lines.on("line", (line) => {
      seen.push(line);
      if (line.includes('"listening"')) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once("exit", () => reject(new Error(`the collector ended: ${seen.join("\n")}`)));
  });
  return {
    url,
    child,
    cpu: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      return (Number(fields[11]) + Number(fields[12])) / ticks;
    },
    peak: () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}
