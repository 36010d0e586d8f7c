import { join } from "node:path";
import { Build, type BuildOptions, push } from "./build.ts";
import { CollectorProcess, makeToken } from "./collector.ts";
import { Link, type Side } from "./link.ts";

const port = 7878;

/** An agent's machine and a collector's, with a link between them. */
export class Linked {
  readonly link: Link;
  readonly collector: CollectorProcess;
  readonly token: string;

  private constructor(link: Link, collector: CollectorProcess, token: string) {
    this.link = link;
    this.collector = collector;
    this.token = token;
  }

  static async make(home: string): Promise<Linked> {
    const data = join(home, "data");
    const token = await makeToken(data);
    const link = Link.make();
    const host = link.address("collector");
    const collector = await CollectorProcess.start({ data, host, port, within: link.within("collector") });
    return new Linked(link, collector, token);
  }

  /** @param url of what stands before the collector, if anything does. */
  build(home: string, command: BuildOptions["command"], url = this.collector.url): Build {
    return Build.start(home, { command, ...this.#as("agent"), collector: url });
  }

  push(out: string): Promise<{ status: number; stderr: string }> {
    return push(out, { ...this.#as("agent"), collector: this.collector.url });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.collector[Symbol.asyncDispose]();
    this.link[Symbol.dispose]();
  }

  #as(side: Side) {
    return { token: this.token, within: this.link.within(side) };
  }
}
