import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { decodeFrame, encodeFrame, uplinkPath, uplinkProtocol } from "../../proto/uplink.ts";
import { testHome } from "../e2e/lib/paths.ts";
import { mutate, Random } from "./collector/mutate.ts";
import { type CollectorProcess, startProcess } from "./collector/process.ts";
import { blocksOf } from "./collector/recording.ts";

const usage = `npm run check:fuzz [-- --frames N] [--seed N]

Sends mutated frames to a collector, beside an honest agent that sends a recording slowly. The collector must not end,
its memory must not grow beyond a bound, and the honest recording must be the same, byte by byte.
  --frames N   how many (default 1000000)
  --seed N     of the mutations (default 1): the same makes the same frames
`;

/** Clients that send garbage at a time. */
const vandals = 16;
/** What the collector may take more than after the first tenth of the frames, in MB. */
const mostGrowth = 150;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      frames: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const frames = Number(values.frames);
  const data = testHome("fuzz");
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const collector = await startProcess(data, undefined, "--builds", "200");
  try {
    return await fuzz(collector, data, frames, Number(values.seed));
  } finally {
    await collector.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

interface State {
  /** Frames that the collector has looked at. */
  sent: number;
  /** Those that came when the recording was still another connection's. */
  missed: number;
}

async function fuzz(
  collector: CollectorProcess,
  data: string,
  frames: number,
  seed: number,
): Promise<number> {
  const state: State = { sent: 0, missed: 0 };
  const honest = honestAgent(collector.url, () => state.sent >= frames);
  const begun = performance.now();
  const work = Promise.all(
    Array.from({ length: vandals }, (_, i) =>
      vandal(collector.url, `vandal-${i}`, new Random(seed * 1000 + i), state, frames),
    ),
  );
  let early = 0;
  let peak = 0;
  let isOver = false;
  void work.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await Promise.race([work, wait(2000)]);
    if (collector.child.exitCode !== null || collector.child.signalCode !== null)
      throw new Error("the collector ended");
    const now = resident(collector);
    if (early === 0 && state.sent >= frames / 10) early = now;
    peak = Math.max(peak, now);
    process.stderr.write(`\r${state.sent} frames, ${state.missed} not looked at, ${now.toFixed(0)} MB `);
  }
  process.stderr.write("\n");
  const bytes = await honest;
  const seconds = (performance.now() - begun) / 1000;
  const key = readdirSync(join(data, "recordings")).find((each) =>
    isBuild(join(data, "recordings", each), "honest"),
  );
  const kept =
    key === undefined ? Buffer.alloc(0) : readFileSync(join(data, "recordings", key, "recording.isotrace"));
  const isSame = kept.equals(bytes);
  const growth = peak - early;
  process.stdout.write(
    `${state.sent} mutated frames in ${seconds.toFixed(0)} s, each looked at; the seed was ${seed}\n` +
      `honest recording of ${bytes.length} bytes: ${isSame ? "the same" : "DIFFERS"}\n` +
      `memory: ${early.toFixed(0)} MB after a tenth, ${peak.toFixed(0)} MB at most: ${growth <= mostGrowth ? "bounded" : "GROWS"}\n`,
  );
  return isSame && growth <= mostGrowth ? 0 : 1;
}

/** Opens a connection for each frame that is wrong, so that every one is looked at: after the first nothing is. */
async function vandal(
  url: string,
  name: string,
  random: Random,
  state: State,
  frames: number,
): Promise<void> {
  const blocks = [...blocksOf(name, 4000)];
  const head = createHash("sha256").update(blocks[0]!).digest();
  const labels = [{ name: "branch", value: "../../x" }];
  const hello = encodeFrame({ kind: "hello", protocol: uplinkProtocol, build: name, head, labels });
  while (state.sent < frames) {
    const isHello = random.below(4) === 0;
    const isTaken = await connection(url, isHello ? undefined : hello, (offset) => {
      if (isHello) return mutate(hello, random);
      if (random.below(4) === 0)
        return mutate(encodeFrame({ kind: "end", size: offset, sha256: head }), random);
      const data = offset === 0 ? blocks[0]! : random.pick(blocks.slice(1));
      return mutate(encodeFrame({ kind: "block", offset, data }), random);
    });
    if (isTaken) state.sent++;
    else state.missed++;
  }
}

/**
 * Sends one frame, after a hello or as the first, and then a text, which is refused in any case: so the connection ends when
 * the frame was looked at. @returns whether it was
 */
function connection(
  url: string,
  hello: Uint8Array | undefined,
  frame: (offset: number) => Uint8Array,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace("http", "ws") + uplinkPath, { perMessageDeflate: false });
    const timer = setTimeout(() => socket.terminate(), 10_000);
    let isSent = false;
    const act = (offset: number) => {
      isSent = true;
      socket.send(frame(offset));
      socket.send("that is all");
    };
    socket.on("open", () => (hello === undefined ? act(0) : socket.send(hello)));
    socket.on("message", (message: Buffer) => {
      const answer = decodeFrame(message);
      if (answer.kind === "welcome" && !isSent) act(answer.offset);
    });
    socket.on("error", () => {}); // it is sent away: that is what it is for
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(isSent);
    });
  });
}

/** Sends a recording block by block until the others are through, and goes on where it was if it is cut off. @returns its bytes */
async function honestAgent(url: string, isTime: () => boolean): Promise<Buffer> {
  const blocks = [...blocksOf("honest", 500_000)];
  const whole = Buffer.concat(blocks);
  let acknowledged = 0;
  for (let isDone = false; !isDone; ) {
    isDone = await new Promise<boolean>((resolve, reject) => {
      const socket = new WebSocket(url.replace("http", "ws") + uplinkPath, { perMessageDeflate: false });
      let offset = 0;
      const timer = setInterval(() => {
        if (offset === 0) return;
        const isLast = offset === whole.length;
        const at = blockAt(blocks, offset);
        if (at !== undefined && (isTime() || blocks.indexOf(at) < blocks.length - 20)) {
          socket.send(encodeFrame({ kind: "block", offset, data: at }));
          offset += at.length;
        }
        if (isLast && isTime() && acknowledged === whole.length) {
          clearInterval(timer);
          socket.send(
            encodeFrame({
              kind: "end",
              size: whole.length,
              sha256: createHash("sha256").update(whole).digest(),
            }),
          );
        }
      }, 100);
      socket.on("open", () => {
        const head = createHash("sha256").update(blocks[0]!).digest();
        socket.send(
          encodeFrame({ kind: "hello", protocol: uplinkProtocol, build: "honest", head, labels: [] }),
        );
      });
      socket.on("message", (message: Buffer) => {
        const frame = decodeFrame(message);
        if (frame.kind === "welcome") {
          if (frame.offset < acknowledged) reject(new Error("what was acknowledged is gone"));
          offset = frame.offset;
          if (offset === 0) {
            socket.send(encodeFrame({ kind: "block", offset: 0, data: blocks[0]! }));
            offset = blocks[0]!.length;
          }
        }
        if (frame.kind === "acknowledgement") acknowledged = frame.offset;
        if (frame.kind === "done") resolve(true);
        if (frame.kind === "refusal" && !frame.again)
          reject(new Error(`the honest agent was refused: ${frame.message}`));
      });
      socket.on("error", () => {}); // it is tried again
      socket.on("close", () => {
        clearInterval(timer);
        resolve(false);
      });
    });
  }
  return whole;
}

function blockAt(blocks: readonly Buffer[], offset: number): Buffer | undefined {
  let at = 0;
  for (const block of blocks) {
    if (at === offset) return block;
    at += block.length;
  }
  return undefined;
}

function isBuild(place: string, build: string): boolean {
  return (JSON.parse(readFileSync(join(place, "facts.json"), "utf8")) as { build: string }).build === build;
}

function resident({ child }: CollectorProcess): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
}

process.exitCode = await main();
