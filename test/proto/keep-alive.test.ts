import fc from "fast-check";
import { expect, test } from "vitest";
import { KeepAlive, keepAlive, type Verdict } from "../../proto/keep-alive.ts";

/** Looks at a peer whose bytes come at those times. @returns what was found, with the time */
function watch(arrivals: readonly number[], until: number, first = 0): [number, Verdict][] {
  const peer = new KeepAlive(0);
  const found: [number, Verdict][] = [];
  for (let now = first; now <= until; now += keepAlive.look)
    found.push([now, peer.look(arrivals.filter((at) => at <= now).length, now)]);
  return found;
}

const time = fc.integer({ min: 0, max: 60_000 });

test("a peer that is gone is found within 15 s, whenever it went and whenever it is looked at", () => {
  fc.assert(
    fc.property(fc.array(time), fc.integer({ min: 0, max: keepAlive.look - 1 }), (arrivals, first) => {
      const last = Math.max(0, ...arrivals);
      const dead = watch(arrivals, last + 15_000, first).filter(([, verdict]) => verdict === "dead");
      expect(dead.length).toBeGreaterThan(0);
    }),
  );
});

test("a peer that answers each question within 5 s is never found dead", () => {
  const peer = new KeepAlive(0);
  let bytes = 0;
  let answer = Number.POSITIVE_INFINITY;
  for (let now = 0; now < 600_000; now += keepAlive.look) {
    if (now >= answer) {
      bytes++;
      answer = Number.POSITIVE_INFINITY;
    }
    const verdict = peer.look(bytes, now);
    expect(verdict).not.toBe("dead");
    if (verdict === "ask") answer = Math.min(answer, now + 5_000);
  }
});

test("a peer that sends all the time is asked all the same: it may hear of nothing else", () => {
  const busy = Array.from({ length: 60 }, (_, i) => i * 1000);
  const asked = watch(busy, 59_000).filter(([, verdict]) => verdict === "ask");
  expect(asked.map(([now]) => now).slice(0, 3)).toEqual([3_000, 6_000, 9_000]);
});

test("bytes of a frame that is not whole yet are a sign of life; three questions are asked before a peer is given up", () => {
  const found = watch([500], 14_000).map(([, verdict]) => verdict);
  expect(found.filter((verdict) => verdict === "ask").length).toBeGreaterThanOrEqual(3);
  expect(found.at(-1)).toBe("dead");
});

test("who was held up itself gives the peer another chance", () => {
  const peer = new KeepAlive(0);
  expect(peer.look(1, 1_000)).toBe("alive");
  expect(peer.look(1, 3_600_000)).not.toBe("dead");
  let now = 3_600_000;
  for (; now < 3_600_000 + keepAlive.silence; now += keepAlive.look) peer.look(1, now);
  expect(peer.look(1, now)).toBe("dead");
});

test("a connection that is not made within that time counts as dead, too", () => {
  const peer = new KeepAlive(0);
  const found: Verdict[] = [];
  for (let now = 0; now <= 15_000; now += keepAlive.look) found.push(peer.look(undefined, now));
  expect(found).toContain("dead");
});
