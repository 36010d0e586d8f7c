import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { undoAtEnd } from "./undo.ts";

/** Which of two machines. */
export type Side = "agent" | "collector";

/** Of the addresses for measuring networks (RFC 2544, appendix C.2.2), which nobody else has. */
const addresses: Record<Side, string> = { agent: "198.18.0.1", collector: "198.18.0.2" };
/** Name of the interface on both sides, and of the table of rules. */
const device = "joined";
const table = "faults";
let made = 0;

/** What is dropped at the collector's end of the link, in both directions. */
export type Weather =
  | { readonly kind: "fair" }
  /** Nothing passes, and nobody is told. */
  | { readonly kind: "cut" }
  /** So many of a hundred packets are lost, each by chance. */
  | { readonly kind: "loss"; readonly percent: number };

/**
 * Two machines, as far as the network goes: two network namespaces that a pair of interfaces joins (veth(4)), with nothing
 * else in them. Packets get lost by rules of nftables in the collector's: the machine's own network is not touched.
 */
export class Link {
  readonly #names: Record<Side, string>;
  readonly #undo: () => void;

  private constructor(names: Record<Side, string>) {
    this.#names = names;
    this.#undo = undoAtEnd(() => remove(Object.values(names)));
  }

  static make(): Link {
    removeLeft();
    const prefix = `isotrace-${process.pid}-${++made}`;
    const link = new Link({ agent: `${prefix}-agent`, collector: `${prefix}-collector` });
    try {
      link.#join();
    } catch (error) {
      link.#undo();
      throw error;
    }
    return link;
  }

  address(side: Side): string {
    return addresses[side];
  }

  /** Runs the command behind it on one side; it becomes it. Only the network is another. */
  within(side: Side): string[] {
    return ["nsenter", `--net=/run/netns/${this.#names[side]}`, "--"];
  }

  set(weather: Weather): void {
    this.#nft(`flush ruleset\n${rulesFor(weather)}`);
  }

  /** Packets that were dropped since the weather was set, both directions together. */
  get dropped(): number {
    const rules = this.#nft(`list table inet ${table}`);
    return [...rules.matchAll(/counter packets (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  [Symbol.dispose](): void {
    this.#undo();
  }

  #join(): void {
    for (const name of Object.values(this.#names)) run("ip", "netns", "add", name);
    const { agent, collector } = this.#names;
    const peer = ["type", "veth", "peer", "name", device, "netns", collector];
    run("ip", "-netns", agent, "link", "add", "name", device, ...peer);
    for (const side of ["agent", "collector"] as const) {
      const ip = ["-netns", this.#names[side]];
      run("ip", ...ip, "address", "add", `${addresses[side]}/30`, "dev", device);
      for (const each of ["lo", device]) run("ip", ...ip, "link", "set", each, "up");
    }
  }

  #nft(commands: string): string {
    return run("ip", "netns", "exec", this.#names.collector, "nft", commands);
  }
}

function rulesFor(weather: Weather): string {
  switch (weather.kind) {
    case "fair":
      return "";
    case "cut":
      return dropping("");
    case "loss":
      return dropping(`numgen random mod 100 < ${weather.percent}`);
    default:
      return weather satisfies never;
  }
}

/** Only what comes or goes over the link: the loopback stays as it is. */
function dropping(which: string): string {
  const chain = (hook: string, by: string) =>
    `chain ${hook} { type filter hook ${hook} priority 0; ${by} "${device}" ${which} counter drop; }`;
  return `table inet ${table} { ${chain("input", "iifname")}\n${chain("output", "oifname")}\n }`;
}

/** What an earlier run has left that was killed. */
function removeLeft(): void {
  const names = run("ip", "netns", "list")
    .split("\n")
    .map((line) => line.split(" ")[0]!);
  remove(
    names.filter((name) => {
      const [, pid] = /^isotrace-(\d+)-\d+-(?:agent|collector)$/.exec(name) ?? [];
      return pid !== undefined && Number(pid) !== process.pid && !existsSync(`/proc/${pid}`);
    }),
  );
}

/** The interfaces and rules go with the namespace. */
function remove(names: readonly string[]): void {
  for (const name of names) if (existsSync(`/run/netns/${name}`)) run("ip", "netns", "delete", name);
}

function run(file: string, ...args: string[]): string {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
