import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { printTails } from "../../../../collector/manifest/tails.ts";
import { readStanzas } from "../../../../collector/snapshot/archive/stanzas.ts";
import type { PackageSpec } from "../../../collector/snapshot/support/deb.ts";
import type { TestInstance } from "../../../collector/snapshot/support/instance.ts";
import type { Upstream } from "../../../collector/snapshot/support/upstream.ts";
import { isotrace } from "../../lib/paths.ts";
import { faultsOf } from "./whole.ts";

const kinds = ["mirror", "take", "tag", "bump", "expire"] as const;
type Kind = (typeof kinds)[number];

export interface Killing {
  readonly instance: TestInstance;
  readonly upstream: Upstream;
  readonly url: string;
  readonly home: string;
  readonly packages: number;
  readonly random: () => number;
  readonly print: (line: string) => void;
}

/** Kills commands at random points, many times. @returns what was wrong after one of them, a line each. */
export async function killMany(killing: Killing, times: number): Promise<string[]> {
  const { instance, upstream, packages, random, print } = killing;
  const longest = new Map<Kind, number>();
  const faults: string[] = [];
  let killed = 0;
  for (let round = 0; killed < times; round++) {
    upstream.set("stable", versions(packages, random));
    await upstream.publish();
    if (instance.state.snapshots.length === 0 || round % 3 === 0) {
      await instance.must("mirror");
      await instance.must("take");
    }
    const kind = kinds[round % kinds.length]!;
    const args = argumentsOf(killing, kind, round);
    // The first of each kind is not killed, and tells how long one takes.
    const known = longest.get(kind);
    const delay = known === undefined ? undefined : random() * known;
    const { milliseconds, wasKilled } = await runAndKill(instance.data, kind, args, delay);
    if (!wasKilled) longest.set(kind, Math.max(known ?? 0, milliseconds));
    else killed++;
    const after = await settled(killing);
    for (const fault of after)
      faults.push(`round ${round}, ${kind} killed after ${delay?.toFixed(0)} ms: ${fault}`);
    const end = delay === undefined || !wasKilled ? "ended by itself" : `killed after ${delay.toFixed(0)} ms`;
    print(
      `${killed}/${times} ${kind} ${end}; ${instance.state.snapshots.length} snapshots, ${instance.state.tags.length} tags: ${after.length === 0 ? "whole" : after.join("; ")}`,
    );
  }
  return faults;
}

/** What is wrong right after it, before anything could mend it; and that the next commands work. */
async function settled({ instance, url, home }: Killing): Promise<string[]> {
  const faults = await faultsOf(instance, url, home);
  const next = await instance.run("expire", "--dry-run");
  if (next.status !== 0) faults.push(`the next command: ${next.stderr}`);
  return [...faults, ...(await faultsOf(instance, url, home))];
}

function argumentsOf({ instance, home }: Killing, kind: Kind, round: number): string[] {
  switch (kind) {
    case "mirror":
    case "take":
      return [];
    case "bump":
      return [instance.state.snapshots.at(-1)!.serial, "--days", String(11 + round)];
    case "expire":
      return ["--at", "2100-01-01T00:00:00Z"];
    case "tag":
      return [`tag-${round}`, writeManifest(instance, join(home, "build-manifest"))];
    default:
      return kind satisfies never;
  }
}

/** A manifest of every fourth package of the latest snapshot. */
function writeManifest({ state, layout }: TestInstance, file: string): string {
  const { archive, serial } = state.snapshots.at(-1)!;
  const index = join(layout.snapshot(archive, serial), "dists/stable/main/binary-amd64/Packages.gz");
  const binary = readStanzas(index)
    .filter((_, i) => i % 4 === 0)
    .map((each) => ({ package: each.field("Package"), version: each.field("Version"), arch: "amd64" }));
  const manifest = { originReferences: [{ archive, reference: serial }], packages: { binary, source: [] } };
  writeFileSync(file, printTails(manifest));
  return file;
}

/** As upstream would have them now: a tenth of another version than before. */
function versions(count: number, random: () => number): PackageSpec[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `package-${i}`,
    version: random() < 0.1 ? `2.${Math.floor(random() * 1000)}` : "1.0",
    size: 20_000,
  }));
}

/** @param delay in ms, after which it is killed, with what it has started only if the kernel sees to that */
async function runAndKill(
  data: string,
  kind: Kind,
  args: string[],
  delay: number | undefined,
): Promise<{ milliseconds: number; wasKilled: boolean }> {
  const start = performance.now();
  const child = spawn(isotrace, ["snapshot", kind, "--data", data, ...args], { stdio: "ignore" });
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  if (delay !== undefined) {
    await Promise.race([exit, setTimeout(delay)]);
    child.kill("SIGKILL");
  }
  const [, signal] = await exit;
  return { milliseconds: performance.now() - start, wasKilled: signal === "SIGKILL" };
}
