import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import type { Layout } from "../../../collector/snapshot/layout.ts";
import { nginxConfiguration } from "../../../collector/snapshot/serve/nginx.ts";
import { TestInstance } from "../../collector/snapshot/support/instance.ts";
import { freePort } from "../../e2e/lib/free-port.ts";

const size = 1 << 30;
const file = "1.0/debian/pool/large.deb";

export interface Throughput {
  /** Medians, in bytes a second. */
  readonly ours: number;
  readonly nginx: number;
  /** Median of the pairs' ratios. */
  readonly ratio: number;
}

/** Fetches one large file, from the page cache, from both servers by turns. */
export async function compare(home: string, pairs: number): Promise<Throughput> {
  await using instance = new TestInstance(join(home, "data"));
  const { layout } = instance;
  mkdirSync(join(layout.public, "1.0/debian/pool"), { recursive: true });
  const block = Buffer.alloc(1 << 20, "isotrace");
  for (let i = 0; i < size / block.length; i++)
    writeFileSync(join(layout.public, file), block, { flag: "a" });
  const own = await instance.serve();
  const port = await freePort();
  const nginx = await startNginx(layout, join(home, "nginx"), port);
  try {
    const samples: { ours: number; nginx: number }[] = [];
    for (let pair = -1; pair < pairs; pair++) {
      const urls = { ours: own, nginx: `http://127.0.0.1:${port}` };
      const sample = { ours: 0, nginx: 0 };
      for (const name of pair % 2 === 0 ? (["ours", "nginx"] as const) : (["nginx", "ours"] as const))
        sample[name] = await fetchOnce(`${urls[name]}/${file}`);
      if (pair >= 0) samples.push(sample); // the first fills the cache
    }
    return {
      ours: median(samples.map(({ ours }) => ours)),
      nginx: median(samples.map(({ nginx }) => nginx)),
      ratio: median(samples.map(({ ours, nginx }) => ours / nginx)),
    };
  } finally {
    nginx.kill();
  }
}

/** @returns bytes a second, as curl tells */
async function fetchOnce(url: string): Promise<number> {
  const { stdout } = await execa("curl", [
    "--silent",
    "--fail",
    "--output",
    "/dev/null",
    "--write-out",
    "%{size_download} %{time_total}",
    url,
  ]);
  const [bytes, seconds] = stdout.split(" ").map(Number);
  if (bytes !== size) throw new Error(`${url}: ${bytes} bytes, not ${size}`);
  return bytes / seconds!;
}

async function startNginx(layout: Layout, home: string, port: number): Promise<ChildProcess> {
  mkdirSync(home, { recursive: true });
  const head = `user root;\nworker_processes auto;\ndaemon off;\nmaster_process off;\npid nginx.pid;\nerror_log error.log;\nevents {}\n`;
  writeFileSync(
    join(home, "nginx.conf"),
    `${head}http {\naccess_log off;\n${nginxConfiguration(layout, `127.0.0.1:${port}`)}}\n`,
  );
  const child = spawn("nginx", ["-p", home, "-c", join(home, "nginx.conf")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (let i = 0; i < 50; i++) {
    if (
      (await execa("curl", ["--silent", "--head", `http://127.0.0.1:${port}/`], { reject: false }))
        .exitCode === 0
    )
      break;
    await setTimeout(100);
  }
  return child;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
