import fc from "fast-check";
import { expect, test } from "vitest";
import { Digest } from "../../../collector/index/digest.ts";
import { small } from "../server/support.ts";

test("digests of parts that are merged are the digest of the whole, however it is cut", () => {
  const { events } = small();
  const whole = new Digest();
  whole.addAll(events);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: events.length }), { maxLength: 6 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), events.length];
      const merged = new Digest();
      for (let i = 1; i < at.length; i++) {
        const part = new Digest();
        part.addAll(events.slice(at[i - 1], at[i]));
        merged.merge(part);
      }
      expect(merged.counts).toEqual(whole.counts);
      expect(merged.packages).toEqual(whole.packages);
      expect(merged.beginning).toEqual(whole.beginning);
      expect({ ...merged.ending, ended: 0 }).toEqual({ ...whole.ending, ended: 0 });
      expect(merged.script).toBe(whole.script);
    }),
  );
});

test("a recording made to be large makes no large digest", () => {
  const digest = new Digest();
  const scenario = small("x", (s) => {
    for (let i = 0; i < 30_000; i++) s.package({ name: `p${i}`, version: "1" });
    s.package({ name: "n".repeat(1 << 20), version: "1" });
  });
  const [segment] = scenario.events;
  const large = Buffer.alloc(1 << 20, 0x61);
  digest.addAll([{ ...segment!, directory: large, command: Array(5000).fill(large) } as never]);
  digest.addAll(scenario.events);
  expect(digest.packages.size).toBe(20_000);
  expect(digest.counts.get("package")).toBe(30_002);
  expect(JSON.stringify([...digest.packages, digest.beginning]).length).toBeLessThan(8 << 20);
});
