import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Linked } from "./linked.ts";
import { undoAtEnd } from "./undo.ts";

const program = fileURLToPath(new URL("./bad-way-main.ts", import.meta.url));

/** `delay`: everything comes later, both ways, by milliseconds. `rate`: so many bytes a second come from the agent. */
export type Way = { readonly kind: "delay" | "rate"; readonly number: number };

/** Stands before a collector, since the kernel may have no netem (tc-netem(8)). */
export class BadWay implements Disposable {
  readonly url: string;
  readonly #undo: () => void;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#undo = undoAtEnd(() => child.kill());
  }

  /** On the port after the collector's. */
  static async start({ link, collector }: Linked, { kind, number }: Way): Promise<BadWay> {
    const { host, port } = collector;
    const args = [program, `${host}:${port + 1}`, `${host}:${port}`, kind, String(number)];
    const [file, ...rest] = [...link.within("collector"), process.execPath, ...args];
    const child = spawn(file!, rest, { stdio: ["ignore", "pipe", "inherit"] });
    const way = new BadWay(`ws://${host}:${port + 1}`, child);
    await once(child.stdout!, "data");
    return way;
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}
