import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { testHome } from "../e2e/lib/paths.ts";
import { type CollectorProcess, startProcess } from "./collector/process.ts";

const usage = `npm run bench:ingest [-- --most EVENTS] [--all-cores]

Sends recordings from 1 to 100 agents at once, and of 10^5 to 10^7 events, through sockets to a collector that has one
core to itself, and prints how fast they become durable and are in the live index. Then, how long it takes until
everything can be asked about them.
  --most EVENTS   in one run (default 10000000)
  --all-cores     lets the collector use every core
`;

interface Row {
  readonly agents: number;
  readonly events: number;
  readonly seconds: number;
  /** Of the collector, until all was durable. */
  readonly cpu: number;
  readonly peak: number;
  readonly described: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      most: { type: "string", default: "10000000" },
      "all-cores": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const most = Number(values.most);
  const runs: [agents: number, events: number][] = [
    [1, 1e5],
    [1, 1e6],
    [10, 1e5],
    [100, 1e4],
    [1, 1e7],
    [10, 1e6],
    [100, 1e5],
  ];
  process.stdout.write(
    "agents   events in all    s       events/s  events/CPU s  peak MB  all described after s\n",
  );
  for (const [agents, each] of runs) {
    if (agents * each > most) continue;
    const row = await measure(agents, each, values["all-cores"] ? undefined : 0);
    process.stdout.write(
      `${String(agents).padStart(6)} ${String(row.events).padStart(15)} ${row.seconds.toFixed(2).padStart(7)} ${rate(row.events / row.seconds)} ${rate(row.events / row.cpu).padStart(13)} ${row.peak.toFixed(0).padStart(8)} ${row.described.toFixed(1).padStart(8)}\n`,
    );
  }
  return 0;
}

async function measure(agents: number, each: number, core: number | undefined): Promise<Row> {
  const data = testHome("bench-ingest");
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const collector = await startProcess(data, core, "--rate", "1e6");
  try {
    const script = fileURLToPath(new URL("./collector/agents.ts", import.meta.url));
    const senders = fork(script, [collector.url, String(agents), String(each), "bench"]);
    await once(senders, "message");
    const before = collector.cpu();
    const begun = performance.now();
    senders.send("go");
    const [message] = await Promise.race([
      once(senders, "message"),
      once(senders, "exit").then(() => ["failed"]),
    ]);
    if (message !== "sent") throw new Error("the agents did not get everything acknowledged");
    const seconds = (performance.now() - begun) / 1000;
    const cpu = collector.cpu() - before;
    const events = Number(await metric(collector, "isotrace_events_total"));
    const described = await whenDescribed(collector, agents, begun);
    return { agents, events, seconds, cpu, peak: collector.peak(), described };
  } finally {
    await collector.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function whenDescribed(collector: CollectorProcess, builds: number, begun: number): Promise<number> {
  for (;;) {
    const done =
      (await metric(collector, 'isotrace_builds{state="ready"}')) +
      (await metric(collector, 'isotrace_builds{state="failed"}'));
    if (done === builds) return (performance.now() - begun) / 1000;
    await wait(100);
  }
}

async function metric({ url }: CollectorProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))!
      .slice(name.length + 1),
  );
}

function rate(value: number): string {
  return Math.round(value).toLocaleString("en").padStart(11);
}

process.exitCode = await main();
