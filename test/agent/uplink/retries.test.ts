import { expect, test } from "vitest";
import { type Attempt, Retries } from "../../../agent/uplink/retries.ts";

const patience = 30_000;

function attempt(begun: number, change: Partial<Attempt> = {}): Attempt {
  return { begun, failed: begun + 10, wasWelcome: false, acknowledged: 0, ...change };
}

test("pauses grow while nothing works, up to ten seconds, and begin anew after a block was acknowledged", () => {
  const retries = new Retries(patience);
  const pauses = Array.from({ length: 8 }, (_, i) => {
    retries.failed(attempt(i * 20_000));
    return retries.pause;
  });
  expect(pauses).toEqual([250, 500, 1000, 2000, 5000, 10_000, 10_000, 10_000]);
  retries.failed(attempt(200_000, { wasWelcome: true, acknowledged: 4096 }));
  expect(retries.pause).toBe(250);
});

test("a build's end waits as long as patience says since the collector was lost, whenever that was", () => {
  const retries = new Retries(patience);
  // It was never reached: the first attempt began at 1000, and failed only by its own time.
  retries.failed(attempt(1_000, { failed: 14_000 }));
  expect(retries.isHopeless(31_000)).toBe(false);
  expect(retries.isHopeless(31_001)).toBe(true);
  // It was reached for ten minutes, then lost.
  retries.failed(attempt(40_000, { failed: 640_000, wasWelcome: true }));
  expect(retries.isHopeless(670_000)).toBe(false);
  retries.failed(attempt(645_000));
  expect(retries.isHopeless(670_001)).toBe(true);
});

test("a collector that stood for long without anything to send has worked; one that refuses at once has not", () => {
  const retries = new Retries(patience);
  for (let i = 0; i < 6; i++) retries.failed(attempt(i * 11_000, { wasWelcome: true }));
  expect(retries.pause).toBe(10_000);
  expect(retries.isHopeless(70_000)).toBe(true);
  expect(retries.failed(attempt(70_000, { failed: 90_000, wasWelcome: true }))).toBe(true);
  expect([retries.pause, retries.isHopeless(100_000)]).toEqual([250, false]);
});

test("each row of failures is told of once from its beginning", () => {
  const retries = new Retries(patience);
  const isFirst = (begun: number, acknowledged: number) =>
    retries.failed(attempt(begun, { wasWelcome: true, acknowledged }));
  expect([isFirst(0, 0), isFirst(1, 0), isFirst(2, 100), isFirst(3, 100), isFirst(4, 200)]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
});
