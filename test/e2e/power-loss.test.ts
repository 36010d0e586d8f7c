import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RecordingTail } from "../../agent/uplink/tail.ts";
import { FileStore } from "../../collector/store/file-store.ts";
import { decodeFrame } from "../../proto/uplink.ts";
import { Random } from "../bench/collector/mutate.ts";
import { Client, hello } from "../collector/ingest/client.ts";
import { small } from "../collector/server/support.ts";
import { Disk, type Loss } from "./lib/disk/disk.ts";
import { readTrace, type Step, straceOptions } from "./lib/disk/trace.ts";
import { checkout, testHome } from "./lib/paths.ts";

const home = testHome("power-loss");
const data = join(home, "data");

beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("whenever the power fails, and whatever was not synced is lost, every block that was acknowledged is there", async () => {
  const recordings = ["one", "two", "three"].map((build) => ({ build, path: small(build).save(3) }));
  const steps = await traced(async (url) => {
    for (const each of recordings) await sendSlowly(url, each.build, each.path);
  });
  // What is told belongs to one recording after the other: each begins with a welcome.
  const acknowledged = acknowledgements(steps);
  expect(acknowledged.filter(({ isDone }) => isDone)).toHaveLength(3);
  expect(acknowledged.length).toBeGreaterThan(15);
  expect(steps.filter(({ kind }) => kind === "sync").length).toBeGreaterThan(20);

  let opened = 0;
  for (let prefix = 1; prefix <= steps.length; prefix++) {
    if (steps[prefix - 1]!.kind === "told" && prefix < steps.length) continue; // the next one tells of it, too
    const random = new Random(prefix);
    const chance = () => random.below(1000) / 1000;
    for (const loss of ["all", "nothing", chance, chance] satisfies Loss[]) {
      const found = join(home, "found");
      rmSync(found, { recursive: true, force: true });
      const disk = new Disk();
      for (const step of steps.slice(0, prefix)) disk.apply(step);
      disk.write(found, loss);
      expectAcknowledged(
        found,
        recordings,
        acknowledged.filter(({ at }) => at < prefix),
        `after step ${prefix} of ${steps.length}, losing ${typeof loss === "string" ? loss : "some"}`,
      );
      opened++;
    }
  }
  expect(opened).toBeGreaterThan(200);
});

interface Acknowledged {
  /** Index of the step that told of it. */
  readonly at: number;
  readonly recording: number;
  readonly offset: number;
  readonly isDone: boolean;
}

function acknowledgements(steps: readonly Step[]): Acknowledged[] {
  const found: Acknowledged[] = [];
  let recording = -1;
  for (const [at, step] of steps.entries()) {
    if (step.kind !== "told" || step.data[0] !== 0x82) continue;
    // RFC 6455, section 5.2: a short frame that is not masked.
    const frame = decodeFrame(step.data.subarray(2, 2 + step.data[1]!));
    if (frame.kind === "welcome") recording++;
    if (frame.kind === "acknowledgement") found.push({ at, recording, offset: frame.offset, isDone: false });
    if (frame.kind === "done") found.push({ at, recording, offset: 0, isDone: true });
  }
  return found;
}

function expectAcknowledged(
  found: string,
  recordings: readonly { build: string; path: string }[],
  acknowledged: readonly Acknowledged[],
  when: string,
): void {
  const store = new FileStore(found);
  for (const { recording, offset, isDone } of acknowledged) {
    const { build, path } = recordings[recording]!;
    const bytes = readFileSync(path);
    const head = headOf(path);
    const facts = store.list().find((each) => each.build === build && each.head === head);
    expect(facts, `${when}: ${build} is there`).toBeDefined();
    if (isDone) expect(facts!.isComplete, `${when}: ${build} is complete`).toBe(true);
    const kept = readFileSync(store.path(facts!.key));
    const least = isDone ? bytes.length : offset;
    expect(kept.subarray(0, least).equals(bytes.subarray(0, least)), `${when}: ${build} to ${least}`).toBe(
      true,
    );
  }
  for (const { build, path } of recordings) {
    const head = headOf(path);
    if (!store.list().some((each) => each.build === build)) continue;
    const receiving = store.receive({ build, head }, [], "");
    const last = acknowledged.findLast(
      ({ recording, isDone }) => recordings[recording]!.build === build && !isDone,
    );
    expect(receiving.durable, `${when}: ${build} goes on`).toBeGreaterThanOrEqual(last?.offset ?? 0);
    const bytes = readFileSync(path);
    expect(
      readFileSync(store.path(receiving.facts.key)).equals(bytes.subarray(0, receiving.durable)),
      `${when}: what ${build} goes on from is what was sent`,
    ).toBe(true);
    void receiving.close();
  }
}

/** Runs a collector under strace. @returns what it did to its directory, and told */
async function traced(work: (url: string) => Promise<void>): Promise<Step[]> {
  const trace = join(home, "trace");
  const node = join(checkout, "node_modules/.bin/node");
  const args = [join(checkout, "agent/cli/main.ts"), "collect", "--listen", "127.0.0.1:0", "--data", data];
  const child = spawn("strace", [...straceOptions, "-o", trace, node, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines = createInterface({ input: child.stderr! });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      if (line.includes('"listening"')) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once("exit", (code) => reject(new Error(`strace ended with ${code}`)));
  });
  await work(url);
  const exited = once(child, "exit");
  // strace itself would only let go of it.
  const traced = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
  for (const pid of traced) process.kill(Number(pid), "SIGTERM");
  await exited;
  const ofRecordings = (step: Step) =>
    step.kind === "told" || step.path === "" || step.path.startsWith("recordings");
  return renumbered(readTrace(readFileSync(trace, "latin1"), data), ofRecordings);
}

/** Leaves out steps; where a sync began is told by the number of the step. */
function renumbered(steps: readonly Step[], isWanted: (step: Step) => boolean): Step[] {
  const numbers: number[] = [];
  let count = 0;
  for (const step of steps) numbers.push(isWanted(step) ? count++ : count);
  return steps
    .filter(isWanted)
    .map((step) => (step.kind === "sync" ? { ...step, begun: numbers[step.begun] ?? count } : step));
}

/** Block by block, each when the one before is acknowledged. */
async function sendSlowly(url: string, build: string, path: string): Promise<void> {
  const tail = new RecordingTail(path);
  const client = await new Client({ url }).open();
  client.send(hello(tail.next(0)!, { build }));
  await client.next("welcome");
  let offset = 0;
  while (offset < tail.size) {
    const block = tail.next(offset)!;
    client.send({ kind: "block", offset, data: block });
    offset += block.length;
    await client.next("acknowledgement");
  }
  client.send({
    kind: "end",
    size: offset,
    sha256: createHash("sha256").update(readFileSync(path)).digest(),
  });
  await client.next("done");
  await client.closed;
  tail.close();
}

function headOf(path: string): string {
  const tail = new RecordingTail(path);
  const head = createHash("sha256").update(tail.next(0)!).digest("hex");
  tail.close();
  return head;
}
