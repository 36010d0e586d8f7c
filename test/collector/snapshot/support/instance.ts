import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { Layout } from "../../../../collector/snapshot/layout.ts";
import { readState, type State } from "../../../../collector/snapshot/state.ts";
import { isotrace } from "../../../e2e/lib/paths.ts";
import type { Upstream } from "./upstream.ts";

export interface ArchiveSpec {
  readonly upstream: Upstream;
  readonly suites: string[];
  readonly sources?: boolean;
  readonly lacking?: string[];
  readonly filter?: { packages?: string; manifest?: string };
}

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An instance of a test's own, by its command line. */
export class TestInstance implements AsyncDisposable {
  readonly data: string;
  readonly layout: Layout;
  #server: ChildProcess | undefined;

  constructor(data: string) {
    this.data = data;
    this.layout = new Layout(data);
    mkdirSync(data, { recursive: true });
  }

  configure(archives: Record<string, ArchiveSpec>, days = 10): void {
    const list = Object.entries(archives).map(([name, { upstream, ...spec }]) => ({
      name,
      url: upstream.url,
      components: ["main"],
      architectures: ["amd64"],
      keyring: upstream.keyring,
      ...spec,
    }));
    // JSON is YAML.
    writeFileSync(join(this.data, "instance.yml"), JSON.stringify({ name: "Test", days, archives: list }));
  }

  /** @param command what comes after `isotrace snapshot` */
  async run(command: string, ...args: string[]): Promise<Result> {
    const { exitCode, stdout, stderr } = await execa(
      isotrace,
      ["snapshot", command, "--data", this.data, ...args],
      {
        reject: false,
        stdin: "ignore",
      },
    );
    return { status: exitCode ?? -1, stdout, stderr };
  }

  /** @throws if the command fails, with all that it said. */
  async must(command: string, ...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, ...args);
    if (status !== 0)
      throw new Error(`isotrace snapshot ${command} ${args.join(" ")}: ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Takes a snapshot. @returns its serial */
  async take(...args: string[]): Promise<string> {
    return /(\d{10}) valid/.exec(await this.must("take", ...args))![1]!;
  }

  get state(): State {
    return readState(this.layout);
  }

  /** Serves it. @returns the URL */
  async serve(): Promise<string> {
    const args = ["snapshot", "serve", "--data", this.data, "--listen", "127.0.0.1:0"];
    this.#server = spawn(isotrace, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface(this.#server.stdout!), "line")) as [string];
    return line.split(" ").at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server !== undefined) {
      this.#server.kill();
      await once(this.#server, "exit");
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}
