import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeBuild } from "../lib/live-build.ts";
import { workspace } from "../lib/paths.ts";
import { awayFault } from "./uplink-faults/away.ts";
import { cutFault } from "./uplink-faults/cut.ts";
import type { Fault } from "./uplink-faults/fault.ts";
import { halfOpenFault } from "./uplink-faults/half-open.ts";
import { killsFault } from "./uplink-faults/kills.ts";
import { localFaults } from "./uplink-faults/local/faults.ts";
import { lossFault } from "./uplink-faults/loss.ts";
import { slowFault } from "./uplink-faults/slow.ts";

const usage = `npm run check:uplink-faults [-- --only NAME]... [--build debootstrap|lb] [--seed N]

Faults of the network, of the collector and of the agent while builds stream to a collector, with real processes. After
each, the collector must have the agent's recording byte by byte, with nothing lost or doubled, and the build its own
status.

  --only NAME   only this fault; more than one may be given
  --build KIND  what is built while the collector is killed (default debootstrap)
  --seed N      decides on the random moments
`;

const home = join(workspace, "uplink-faults");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] as string[] },
      build: { type: "string", default: "debootstrap" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      help: { type: "boolean", default: false },
    },
  });
  const { only, build, seed } = values;
  const faults: readonly Fault[] = [
    cutFault,
    lossFault,
    slowFault,
    halfOpenFault,
    awayFault,
    killsFault(build === "lb" ? "lb" : "debootstrap", Number(seed)),
    ...localFaults,
  ];
  const names = faults.map(({ name }) => name);
  if (values.help || only.some((name) => !names.includes(name))) {
    print(`${usage}\nFaults: ${names.join(", ")}`);
    return values.help ? 0 : 2;
  }
  print(`seed ${seed}`);
  const failed: string[] = [];
  for (const fault of faults) {
    if (only.length > 0 && !only.includes(fault.name)) continue;
    if (!(await holds(fault))) failed.push(fault.name);
  }
  print(failed.length === 0 ? "\nevery stream survived" : `\nFAILED: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

/** What a fault has left is kept if something does not hold. */
async function holds(fault: Fault): Promise<boolean> {
  const own = join(home, fault.name);
  await removeBuild(own);
  mkdirSync(own, { recursive: true });
  try {
    print(`${fault.name}: ${await fault.run(own)}`);
  } catch (error) {
    print(`${fault.name}: FAILED: ${(error as Error).stack}\n  ${own} is kept`);
    return false;
  }
  await removeBuild(own);
  return true;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
