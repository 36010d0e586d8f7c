import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeBuild } from "../e2e/lib/live-build.ts";
import { workspace } from "../e2e/lib/paths.ts";
import { measure } from "./snapshot/grow.ts";
import { compare } from "./snapshot/throughput.ts";

const usage = `npm run bench:snapshot [-- --packages N,N,...] [--pairs N] [--only commands|serve]

Times the commands on mirrors of synthetic packages, and their sources, and serving against nginx.
  --packages N,...   how large the mirrors are (default 1000,5000,20000)
  --pairs N          of downloads of 1 GB (default 9)
`;

const home = join(workspace, "bench-snapshot");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      packages: { type: "string", default: "1000,5000,20000" },
      pairs: { type: "string", default: "9" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.only !== "serve")
    for (const count of values.packages.split(",").map(Number)) await commands(count);
  if (values.only !== "commands") await serving(Number(values.pairs));
  return 0;
}

async function commands(packages: number): Promise<void> {
  await removeBuild(home);
  print(`${packages} packages`);
  await measure(home, packages, ({ what, seconds, bytes }) =>
    print(
      `  ${what.padEnd(28)}${seconds.toFixed(2).padStart(9)} s${(bytes / 1e6).toFixed(2).padStart(11)} MB`,
    ),
  );
  await removeBuild(home);
}

async function serving(pairs: number): Promise<void> {
  await removeBuild(home);
  const { ours, nginx, ratio } = await compare(home, pairs);
  print(
    `serving: ${gigabytes(ours)}, nginx ${gigabytes(nginx)}; median of ${pairs} pairs' ratios: ${ratio.toFixed(2)}`,
  );
  await removeBuild(home);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB/s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
