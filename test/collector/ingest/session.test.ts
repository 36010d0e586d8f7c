import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { IngestSession, Refused } from "../../../collector/ingest/session.ts";
import { FileStore } from "../../../collector/store/file-store.ts";
import { BadFrame, decodeFrame, encodeFrame, type Frame } from "../../../proto/uplink.ts";
import { mutate, Random } from "../../bench/collector/mutate.ts";
import { blocksOf } from "../../bench/collector/recording.ts";
import { temporary } from "../server/support.ts";
import { hello } from "./client.ts";

const sink = { begun: () => {}, stored: () => {}, complete: () => {} };
const allowance = { owner: "x", quota: 1e9, builds: 1000 };
const blocks = [...blocksOf("fuzzed", 6000)];
const bytes = Buffer.concat(blocks);

/** The frames of an honest agent. */
function frames(): Frame[] {
  let offset = 0;
  const sent = blocks.map((data): Frame => {
    const frame = { kind: "block" as const, offset, data };
    offset += data.length;
    return frame;
  });
  const sha256 = createHash("sha256").update(bytes).digest();
  return [hello(blocks[0]!, { build: "fuzzed" }), ...sent, { kind: "end", size: offset, sha256 }];
}

test("whatever a client sends, it is refused by name or taken as it is; and what is stored is whole blocks of it", async () => {
  const honest = frames().map(encodeFrame);
  const plans = fc.array(
    fc.record({
      seed: fc.nat(),
      // Which frame, and whether it is changed.
      steps: fc.array(fc.tuple(fc.nat({ max: honest.length - 1 }), fc.boolean()), {
        minLength: 1,
        maxLength: 12,
      }),
      wellBegun: fc.nat({ max: honest.length }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(plans, async (clients) => {
      const store = new FileStore(temporary());
      for (const { seed, steps, wellBegun } of clients) {
        const random = new Random(seed);
        const sent = [
          ...honest.slice(0, wellBegun),
          ...steps.map(([which, isChanged]) => (isChanged ? mutate(honest[which]!, random) : honest[which]!)),
        ];
        await takeAll(store, sent);
      }
      for (const facts of store.list()) {
        const kept = readFileSync(store.path(facts.key));
        expect(kept.length).toBe(facts.size);
        expect(store.receive(facts, [], "x").durable).toBe(facts.size);
        if (facts.isComplete) expect(createHash("sha256").update(kept).digest("hex")).toBe(facts.sha256);
      }
    }),
    { numRuns: 150 },
  );
});

test("an honest recording is the same whatever others send between its blocks", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const store = new FileStore(temporary());
      const random = new Random(seed);
      const session = new IngestSession(store, allowance, sink);
      for (const frame of frames()) {
        await session.take(frame);
        const evil = frames().map(encodeFrame);
        await takeAll(store, [evil[0]!, mutate(random.pick(evil), random), random.pick(evil)]);
        await takeAll(store, [encodeFrame(hello(blocks[1]!, { build: "other" })), mutate(evil[1]!, random)]);
      }
      const facts = store.list().find(({ build }) => build === "fuzzed")!;
      expect(facts.isComplete).toBe(true);
      expect(readFileSync(store.path(facts.key)).equals(bytes)).toBe(true);
      await session.close();
    }),
    { numRuns: 30 },
  );
});

/** As a connection does: up to the first refusal. Any other error is a fault. */
async function takeAll(store: FileStore, sent: readonly Uint8Array[]): Promise<void> {
  const session = new IngestSession(store, allowance, sink);
  try {
    for (const frame of sent) {
      await session.take(decodeFrame(frame));
      await session.settle();
    }
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof BadFrame)) throw error;
  } finally {
    await session.close();
  }
}
