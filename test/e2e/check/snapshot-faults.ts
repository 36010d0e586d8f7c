import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { TestInstance } from "../../collector/snapshot/support/instance.ts";
import { Upstream } from "../../collector/snapshot/support/upstream.ts";
import { removeBuild } from "../lib/live-build.ts";
import { workspace } from "../lib/paths.ts";
import { damage } from "./snapshot-faults/damage.ts";
import { fillDisk } from "./snapshot-faults/disk-full.ts";
import { killMany } from "./snapshot-faults/killing.ts";
import { randomFrom } from "./snapshot-faults/random.ts";
import { faultsOf } from "./snapshot-faults/whole.ts";

const usage = `npm run check:snapshot-faults [-- --only kill|disk|together|damage] [--times N] [--seed N] [--packages N]

Frozen archives under faults: kill -9 at random points of mirror, take, tag and expire, a full disk, commands at the same
time, damaged databases. After each, all that is listed must be whole, and apt must take it.
`;

const home = join(workspace, "snapshot-faults");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      times: { type: "string", default: "50" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      packages: { type: "string", default: "100" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    print(usage);
    return 0;
  }
  const does = (name: string) => values.only === undefined || values.only === name;
  await removeBuild(home);
  mkdirSync(home, { recursive: true });
  print(`seed ${values.seed}`);
  const faults: string[] = [];
  {
    await using upstream = await Upstream.make(join(home, "upstream"));
    await using instance = new TestInstance(join(home, "data"));
    instance.configure({ debian: { upstream, suites: ["stable"] } });
    upstream.set("stable", [{ name: "alpha", version: "1.0" }]);
    await upstream.publish();
    await instance.must("mirror");
    await instance.must("take");
    const url = await instance.serve();
    const random = randomFrom(Number(values.seed));
    const packages = Number(values.packages);
    if (does("kill"))
      faults.push(
        ...(await killMany({ instance, upstream, url, home, packages, random, print }, Number(values.times))),
      );
    if (does("together")) faults.push(...(await together(instance, url)));
    if (does("damage")) faults.push(...(await damage(instance, upstream, url, home, print)));
    if (does("disk")) faults.push(...(await fillDisk(upstream, home, print)));
  }
  await removeBuild(home);
  print(
    faults.length === 0
      ? "\nevery snapshot stayed whole"
      : `\nFAILED: ${faults.length}\n${faults.join("\n")}`,
  );
  return faults.length === 0 ? 0 : 1;
}

/** Starts several commands at the same moment: each works or says who is at work. */
async function together(instance: TestInstance, url: string): Promise<string[]> {
  const commands = ["mirror", "take", "take", "expire", "mirror", "take"];
  const results = await Promise.all(commands.map((command) => instance.run(command)));
  const wrong = results.filter(
    ({ status, stderr }) => status !== 0 && !stderr.includes("another command is changing it"),
  );
  const done = results.filter(({ status }) => status === 0).length;
  print(`at the same time: ${done} of ${commands.length} worked, the others were told to wait`);
  return [
    ...wrong.map(({ stderr }) => `at the same time: ${stderr}`),
    ...(await faultsOf(instance, url, home)),
  ];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
