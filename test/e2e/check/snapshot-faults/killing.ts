import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { printTails } from "../../../../collector/manifest/tails.ts";
import type { TestInstance } from "../../../collector/snapshot/support/instance.ts";
import type { Upstream } from "../../../collector/snapshot/support/upstream.ts";
import { isotrace } from "../../lib/paths.ts";
import { faultsOf } from "./whole.ts";

const kinds = ["mirror", "take", "tag", "expire"] as const;
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
    for (const fault of after) faults.push(`round ${round}, ${kind} killed after ${delay?.toFixed(0)} ms: ${fault}`);
    const end = delay === undefined || !wasKilled ? "ended by itself" : `killed after ${delay.toFixed(0)} ms`;
    print(`${killed}/${times} ${kind} ${end}; ${instance.state.snapshots.length} snapshots, ${instance.state.tags.length} tags: ${after.length === 0 ? "whole" : after.join("; ")}`);
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
    case "expire":
      return ["--at", "2100-01-01T00:00:00Z"];
    case "tag": {
      const last = instance.state.snapshots.at(-1)!;
      const file = join(home, "build-manifest");
      const text = printTails({
        originReferences: [{ archive: last.archive, reference: last.serial }],
        packages: { binary: [], source: [] },
      });
      writeFileSync(file, text.replace("  binary: []\n", binariesOf(instance)));
      return [`tag-${round}`, file];
    }
    default:
      return kind satisfies never;
  }
}
