import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { describe } from "../../collector/index/describe.ts";
import type { Part } from "../../collector/index/index-store.ts";
import { openIndex } from "../../collector/index/sqlite/open.ts";
import { SqliteIndex } from "../../collector/index/sqlite/sqlite-index.ts";
import { readBuild } from "../../collector/model/read-build.ts";
import { materialOf } from "../../collector/report/report.ts";
import { FileStore } from "../../collector/store/file-store.ts";
import type { Facts } from "../../collector/store/recording-store.ts";
import { testHome } from "../e2e/lib/paths.ts";
import { Random } from "./collector/mutate.ts";
import { startProcess } from "./collector/process.ts";

const usage = `npm run bench:query -- RECORDING [RECORDING] [--builds N]

Asks a collector that has many builds, over HTTP, and prints how long the answers take.
  RECORDING   of a minimal build; every stored build is one of these
  --builds N  how many are stored (default 500)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { builds: { type: "string", default: "500" }, help: { type: "boolean", default: false } },
  });
  if (values.help || positionals.length === 0) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  const data = testHome("bench-query");
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  try {
    const { keys, paths } = await fill(data, positionals, Number(values.builds));
    const collector = await startProcess(data);
    try {
      await ask(collector.url, keys, paths);
      process.stdout.write(`\npeak memory of the collector: ${collector.peak().toFixed(0)} MB\n`);
    } finally {
      await collector.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  return 0;
}

/** Stores the recordings again and again, each time as another build. */
async function fill(data: string, recordings: readonly string[], builds: number) {
  const store = new FileStore(data);
  const { database } = openIndex(join(data, "index.sqlite"));
  const index = new SqliteIndex(database);
  const descriptions = recordings.map((path, i) => {
    const facts = { key: "", build: "", head: "", labels: [], owner: "", begun: i, changed: i, size: 0 };
    const states = { isComplete: true, isPinned: false, sha256: "" };
    return [...describe(materialOf(readBuild(path)), { ...facts, ...states })];
  });
  const keys: string[] = [];
  const begun = performance.now();
  for (let i = 0; i < builds; i++) {
    const which = i % recordings.length;
    const head = i.toString(16).padStart(64, "0");
    const labels = [
      { name: "branch", value: i % 10 === 0 ? "stable" : "main" },
      { name: "commit", value: head.slice(24) },
    ];
    const receiving = store.receive({ build: `build-${i}`, head }, labels, "ci");
    copyFileSync(recordings[which]!, store.path(receiving.facts.key));
    receiving.complete(Buffer.alloc(32, i % 256));
    await receiving.close();
    const facts = store.find(receiving.facts.key)!;
    for (const part of descriptions[which]!)
      index.put(facts.key, ownPart(part, facts, facts.begun + i * 1000));
    keys.push(facts.key);
    if (i % 50 === 49)
      process.stderr.write(`${i + 1} builds in ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
  }
  index.close();
  const size = new DatabaseSync(join(data, "index.sqlite"), { readOnly: true })
    .prepare("SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size")
    .get()!.size as number;
  process.stdout.write(`${builds} builds; the index has ${(size / 1e6).toFixed(0)} MB\n\n`);
  const paths = descriptions[0]!.flatMap((part) =>
    part.kind === "files" ? part.files.filter(({ entry }) => entry !== null).map(({ path }) => path) : [],
  );
  return { keys, paths: paths.map((path) => Buffer.from(path, "latin1").toString()) };
}

/** The same description, as of another build. */
function ownPart(part: Part, { build: id, labels, owner }: Facts, begun: number): Part {
  return part.kind === "head" ? { ...part, build: { ...part.build, id, labels, owner, begun } } : part;
}

async function ask(url: string, keys: readonly string[], paths: readonly string[]): Promise<void> {
  const random = new Random(1);
  const some = () => `/v1/builds/${random.pick(keys)}`;
  const path = () => encodeURIComponent(random.pick(paths));
  const questions: [name: string, times: number, make: () => string][] = [
    ["why", 2000, () => `${some()}/why?path=${path()}`],
    ["list", 100, () => "/v1/builds"],
    ["list, 500 of them", 20, () => "/v1/builds?limit=500"],
    ["search by name", 100, () => "/v1/builds?name=m*n"],
    ["search by label", 100, () => "/v1/builds?label=branch%3Dstable&label=commit%3D0000"],
    ["search by package", 100, () => "/v1/builds?package=base-files"],
    ["search by path", 100, () => `/v1/builds?path=${path()}`],
    ["search by a path that none has", 100, () => "/v1/builds?path=/none"],
    ["build", 200, some],
    ["packages", 100, () => `${some()}/packages?limit=1000`],
    ["files", 100, () => `${some()}/files?prefix=/etc/&limit=100`],
    ["findings", 100, () => `${some()}/findings`],
    ["manifest", 10, () => `${some()}/manifest?format=tails`],
    ["diff", 5, () => `/v1/diff?a=${random.pick(keys)}&b=${random.pick(keys)}`],
  ];
  process.stdout.write("                                 times    median ms    p99 ms   most ms\n");
  for (const [name, times, make] of questions) {
    const taken: number[] = [];
    for (let i = 0; i < times; i++) {
      const question = make();
      const begun = performance.now();
      const response = await fetch(url + question);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${question}: ${response.status}`);
      taken.push(performance.now() - begun);
    }
    taken.sort((a, b) => a - b);
    const at = (part: number) =>
      taken[Math.min(Math.floor(taken.length * part), taken.length - 1)]!.toFixed(1);
    process.stdout.write(
      `${name.padEnd(32)} ${String(times).padStart(5)} ${at(0.5).padStart(12)} ${at(0.99).padStart(9)} ${at(1).padStart(9)}\n`,
    );
  }
}

process.exitCode = await main();
